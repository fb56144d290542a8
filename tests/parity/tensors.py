"""Tensors without a library: safetensors files, norms and sketches."""

import json
import math
import struct
from array import array

SIGNS = 16


def read_safetensors(path):
    """Name to (shape, values in order) of a file of float32 tensors."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            assert tensor["dtype"] == "F32", f"{path}: {name} is {tensor['dtype']}, not F32"
            begin, end = tensor["data_offsets"]
            tensors[name] = (tensor["shape"], array("f", data[begin:end]))
    return tensors


def norm(values):
    return math.sqrt(math.fsum(v * v for v in values))


def sketch(values):
    """Sixteen sums of all values, each with a random sign. They stand for the whole tensor: the
    mean square of the differences of two tensors' sketches is, on average, the squared norm of the
    tensors' difference."""
    sums = [0.0] * SIGNS
    for i, value in enumerate(values):
        bits = _random_bits(i)
        for k in range(SIGNS):
            sums[k] += value if bits >> k & 1 else -value
    return sums


def distance(sketch_a, sketch_b):
    """About the norm of the difference of two tensors, by their sketches."""
    return norm(a - b for a, b in zip(sketch_a, sketch_b, strict=True)) / math.sqrt(SIGNS)


def _random_bits(i):
    """SplitMix64 of i."""
    x = (i + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    x = (x ^ x >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return x ^ x >> 31
