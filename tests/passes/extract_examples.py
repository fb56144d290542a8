"""Makes a lit test of the example in every pass's description.

    extract_examples.py PASSES_TD OUTPUT_FOLDER

Of what stands above the line "// becomes" the pass makes what stands below it; functions and types
that are not shown again stay. An example without that line holds the errors it expects.
"""
import pathlib
import re
import sys
import textwrap

PASS = re.compile(r'^def \w+ : LoupPass<"([\w-]+)">', re.M)
EXAMPLE = re.compile(r"```mlir\n(.*?)```", re.S)
TOP_LEVEL = re.compile(r"^(?=func\.func|loup\.|!)", re.M)


def name(part):
    """Of a function, a parameter or a type."""
    return re.search(r"[@!][\w.]+", part)[0]


def whole(before, after):
    parts = TOP_LEVEL.split(after)[1:]
    shown = set(map(name, parts))
    kept = [part for part in TOP_LEVEL.split(before)[1:] if name(part) not in shown]
    return "".join(kept + parts)


def main():
    text = pathlib.Path(sys.argv[1]).read_text()
    output = pathlib.Path(sys.argv[2])
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*"):
        old.unlink()
    passes = list(PASS.finditer(text))
    for found, following in zip(passes, passes[1:] + [None]):
        argument = found[1]
        example = EXAMPLE.search(text, found.end(), following.start() if following else len(text))
        if not example:
            sys.exit(f"the description of {argument} has no example")
        before, becomes, after = textwrap.dedent(example[1]).partition("// becomes\n")
        if becomes:
            (output / f"{argument}.expected").write_text(whole(before, after))
            run = (f"--{argument} -o %t.made && loup-opt %S/{argument}.expected -o %t.expected "
                   "&& diff %t.expected %t.made")
        else:
            run = f"--{argument} --verify-diagnostics -o /dev/null"
        (output / f"{argument}.mlir").write_text(f"// RUN: loup-opt %s {run}\n{before}")


main()
