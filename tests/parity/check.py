"""Builds the cases with loup, runs their programs and compares their numbers with PyTorch's.

    python3 tests/parity/check.py --loup build/release/bin/loup            # needs nothing else
    python tests/parity/check.py --loup build/release/bin/loup --live 7    # needs PyTorch

PyTorch's numbers are those stored in cases/. With --live they are computed anew, with weights drawn
from the given seed, and the trained checkpoint goes back into PyTorch.
"""

import argparse
import gzip
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import cases
from tensors import distance, norm, read_safetensors, sketch


def worst(errors):
    """The largest; not a number where one of them is none, or there are none."""
    return max(errors, key=lambda error: (math.isnan(error), error), default=math.nan)


class Report:
    """Compares what was found with what was expected, and remembers whether all was well."""

    def __init__(self):
        self.failures = 0

    def within(self, what, error, bound):
        well = error <= bound  # false of NaN
        self.failures += not well
        print(f"  {'' if well else 'FAILED: '}{what}: {error:.1e} of {bound:.0e}", flush=True)

    def same(self, what, found, expected):
        if found != expected:
            self.failures += 1
            print(f"  FAILED: {what}: expected {expected}, found {found}")


class Programs:
    """The two programs of one case, in a folder of their own."""

    def __init__(self, loup, name, schedule, folder):
        self.folder = folder
        command = [loup, "build", cases.FOLDER / f"{name}.toml", "-o", folder / "programs"]
        self.run(command + (["--schedule", schedule] if schedule else []))

    def run(self, command, **options):
        ended = subprocess.run([str(word) for word in command], text=True, capture_output=True,
                               check=False, **options)
        if ended.returncode:
            sys.exit(f"{' '.join(map(str, command))}\nended with {ended.returncode}:\n{ended.stderr}")
        return ended.stdout

    def train(self, weights, sources, targets):
        """Trains for STEPS steps on one batch of all lines: the checkpoint, the log's losses and
        the first step's gradients."""
        saved, log, gradients = (self.folder / name for name in ("saved", "log", "gradients"))
        self.run([self.folder / "programs/train",
                  "--train", self.write("source", sources), self.write("target", targets),
                  "--init", weights, "--save", saved, "--steps", cases.STEPS, "--no-shuffle",
                  "--batch-lines", len(sources), "--log", log, "--save-gradients", gradients,
                  "--quiet"])
        losses = [json.loads(line)["loss"] for line in log.read_text().splitlines()]
        return saved, losses, read_safetensors(gradients)

    def score(self, weights, sources, targets):
        """The log-probabilities of each target's tokens, end included."""
        with open(self.write("source", sources), encoding="utf-8") as source:
            output = self.run([self.folder / "programs/translate", "--model", weights,
                               "--score", self.write("target", targets)], stdin=source)
        return [[float(word) for word in line.split()] for line in output.splitlines()]

    def write(self, name, sentences):
        path = self.folder / f"{name}.ids"
        path.write_text("".join(" ".join(map(str, s)) + "\n" for s in sentences))
        return path


def compare_scores(report, what, found, expected):
    report.same(f"lengths of {what}", list(map(len, found)), list(map(len, expected)))
    report.within(what, worst(abs(a - b) for f, e in zip(found, expected) for a, b in zip(f, e)),
                  1e-4)


def compare_rows(report, programs, weights, sources, targets, rows):
    """Scores every word of the vocabulary behind the same words."""
    for (line, place), row in zip(cases.ROWS, rows):
        words = range(cases.FIRST_WORD, len(row))
        scores = programs.score(weights, [sources[line]] * len(words),
                                [targets[line][:place] + [word] for word in words])
        compare_scores(report, f"whole vocabulary, line {line}, place {place}",
                       [[score[place] for score in scores]], [row[cases.FIRST_WORD:]])


def compare_gradients(report, found, expected):
    """Each gradient tensor within 1e-3 of its norm, or, since some are zero by algebra, within 1e-6
    of the norm of all. A tensor expected is a list of its values or, where stored, their norm and
    sketch."""
    report.same("names of gradients", sorted(found), sorted(expected))
    norms = {name: tensor["norm"] if isinstance(tensor, dict) else norm(tensor)
             for name, tensor in expected.items()}
    every = norm(norms.values())
    errors = {}
    for name, tensor in expected.items():
        values = found[name][1]
        if isinstance(tensor, dict):
            error = distance(sketch(values), tensor["sketch"])
        else:
            error = norm(a - b for a, b in zip(values, tensor, strict=True))
        errors[name] = error / max(norms[name], 1e-3 * every)
    error = worst(errors.values())
    where = next(name for name in errors if errors[name] is error)
    report.within(f"{len(errors)} gradients by their norms, worst {where}", error, 1e-3)


def check(report, programs, weights, sources, targets, expected):
    compare_scores(report, "log-probabilities of the targets",
                   programs.score(weights, sources, targets), expected["log_probabilities"])
    compare_rows(report, programs, weights, sources, targets, expected["rows"])

    saved, losses, gradients = programs.train(weights, sources, targets)
    report.same("steps", len(losses), cases.STEPS)
    errors = [abs(a / b - 1) for a, b in zip(losses, expected["losses"])]
    report.within("loss", errors[0], 1e-5)
    report.within(f"losses of {len(losses)} Adam steps", worst(errors), 1e-4)
    compare_gradients(report, gradients, expected["gradients"])

    shapes = lambda path: {name: t[0] for name, t in read_safetensors(path).items()}
    report.same("tensors of the checkpoint", shapes(saved), shapes(weights))
    return saved


def check_stored(report, programs, name):
    weights = programs.folder / "weights.safetensors"
    weights.write_bytes(gzip.decompress(cases.weights_file(name).read_bytes()))
    check(report, programs, weights, cases.lines("source.ids"), cases.lines("target.ids"),
          cases.expected(name))


def check_live(report, programs, name, seed):
    import reference
    from safetensors.torch import load_file, save_file

    description = cases.description(name)
    sources, targets = cases.lines("source.ids"), cases.lines("target.ids")
    tensors = reference.random_weights(description, seed)
    weights = programs.folder / "weights.safetensors"
    save_file(tensors, weights)
    saved = check(report, programs, weights, sources, targets,
                  reference.expected(description, tensors, sources, targets))
    back = reference.expected(description, load_file(saved), sources, targets)
    compare_scores(report, "log-probabilities of the trained weights in PyTorch",
                   programs.score(saved, sources, targets), back["log_probabilities"])


def main():
    parser = argparse.ArgumentParser(description="Compares Loup's numbers with PyTorch's.")
    parser.add_argument("names", nargs="*", default=cases.NAMES, metavar="CASE",
                        help=f"one of {', '.join(cases.NAMES)} (all)")
    parser.add_argument("--loup", required=True, help="the compiler")
    parser.add_argument("--schedule", help="the rung to build, such as textbook (loup's default)")
    parser.add_argument("--live", type=int, metavar="SEED",
                        help="ask PyTorch itself, about weights drawn from SEED")
    arguments = parser.parse_args()

    report = Report()
    for name in arguments.names:
        print(name)
        with tempfile.TemporaryDirectory() as folder:
            programs = Programs(arguments.loup, name, arguments.schedule, Path(folder))
            if arguments.live is None:
                check_stored(report, programs, name)
            else:
                check_live(report, programs, name, arguments.live)
    sys.exit(report.failures != 0)


if __name__ == "__main__":
    main()
