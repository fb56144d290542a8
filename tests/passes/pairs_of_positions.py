"""Finds what is kept for each pair of positions in the programs of a schedule, and prints it.

    pairs_of_positions.py SCHEDULE DESCRIPTION...

Reads the planned program, with its kernels, and the printed C++. Exit status 1 if there is any.
"""
import re
import subprocess
import sys

AXES = re.compile(r"#loup\.axes<([^>]*)>")
ARENA = re.compile(r'"([\w ]+(?:\* \w+ ?)*)" = \d+ : i64')
SLAB = re.compile(r"\.slab\(\d+, ([^)]*)\)")
SEQUENCE = re.compile(r"(source|target|time)(_token)?(_key)?$")


def emitted(description, schedule, stage):
    command = ["loup", "build", description, "--schedule", schedule, "--emit", stage]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def is_of_pairs(axes, separator):
    return sum(bool(SEQUENCE.match(axis.strip())) for axis in axes.split(separator)) > 1


def main():
    schedule, found = sys.argv[1], set()
    for description in sys.argv[2:]:
        planned = emitted(description, schedule, "plan-memory")
        printed = emitted(description, schedule, "cpp")
        arenas, slabs = ARENA.findall(planned), SLAB.findall(printed)
        if not arenas or not slabs:
            sys.exit(f"{description}: no arenas in what is emitted")
        found |= {f"a value along {axes}" for axes in AXES.findall(planned) if is_of_pairs(axes, ",")}
        found |= {f"an arena of {sizes}" for sizes in arenas if is_of_pairs(sizes, "*")}
        found |= {f"memory of {sizes}" for sizes in slabs if is_of_pairs(sizes, "*")}
        if "loup.mask <" in planned:
            found.add("the tensor of a mask")
    print("\n".join(sorted(found)))
    sys.exit(bool(found))


main()
