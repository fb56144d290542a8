"""Makes a lit test of every example in the ops' descriptions.

    extract_examples.py FOLDER_OF_TD_FILES OUTPUT_FOLDER

Each example must parse, verify, contain the op that it documents, and read back as it was printed.
"""
import pathlib
import re
import sys
import textwrap

OP = re.compile(r'^def \w+ : (?:Loup|LoupEffect|View)Op<"(\w+)"', re.M)
EXAMPLE = re.compile(r"```mlir\n(.*?)```", re.S)


def examples(td):
    text = td.read_text()
    ops = list(OP.finditer(text))
    for op, following in zip(ops, ops[1:] + [None]):
        body = text[op.end() : following.start() if following else len(text)]
        yield op[1], [textwrap.dedent(example) for example in EXAMPLE.findall(body)]


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*.mlir"):
        old.unlink()
    for td in sorted(source.glob("*.td")):
        for op, found in examples(td):
            if not found and op != "yield":
                sys.exit(f"{td.name}: the description of loup.{op} has no example")
            for i, example in enumerate(found):
                (output / f"{op}{i or ''}.mlir").write_text(
                    "// RUN: loup-opt %s -o %t.once && loup-opt %t.once -o %t.twice\n"
                    "// RUN: diff %t.once %t.twice && FileCheck %s --input-file %t.once\n"
                    f"// CHECK: loup.{op}\n{example}"
                )


main()
