"""The cases: descriptions in cases/, and one batch of sentences for all of them."""

import json
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))

END, UNKNOWN, BEGIN, PADDING = range(4)
FIRST_WORD = 4
STEPS = 10  # of Adam
ROWS = [(0, 0), (8, 3), (16, 16)]  # (line, place) where the whole vocabulary is compared


def description(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def lines(file):
    """The ids of source.ids or target.ids: lengths 1 to 17, each once on either side."""
    return [[int(word) for word in line.split()]
            for line in (FOLDER / file).read_text().splitlines()]


def expected(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def weights_file(name):
    return FOLDER / f"{name}.safetensors.gz"
