"""Runs the commands of README.md and of examples/freight/README.md as they stand there.

    run_commands.py REPOSITORY BIN

Only the amount of work is less: trainings take 5 steps, data has 2,000 lines, and of the rungs one is
measured, whose kernels are known by then.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def commands(readme, section):
    """The indented lines of a section."""
    text = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", readme.read_text(), re.M | re.S)[1]
    found = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert found, f"{readme} has no commands in section '{section}'"
    return found


def less(command):
    command = re.sub(r"--count 60000", "--count 2000", command)
    if re.match(r"\S*/train ", command):
        command = re.sub(r" --steps \d+", "", command) + " --steps 5"
    command = re.sub(r"\s+#.*", "", command)
    if command.startswith("loup bench "):
        command += " --schedules packed --lengths 16"
    return command


def run(command, folder, environment):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"$ {command}\n{done.stdout[-2000:]}", flush=True)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode}")
    return done.stdout


def main():
    repository, programs = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "examples").symlink_to(repository / "examples")
        for command in commands(repository / "examples/freight/README.md", "Run it"):
            output = run(less(command), folder, environment)
        assert "valid JSON" in output, "the last command judges the translations"

        # The root's README speaks of files that its reader has.
        (folder / "freight.toml").symlink_to(repository / "examples/freight/freight.toml")
        for side in "src", "tgt":
            (folder / f"a.{side}").symlink_to(f"train.{side}")
            (folder / f"b.{side}").symlink_to(f"valid.{side}")
        for command in commands(repository / "README.md", "Use"):
            run(less(command), folder, environment)
        run("make", folder / "src", environment)


main()
