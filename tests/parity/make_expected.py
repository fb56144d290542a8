"""Makes what lies in cases/ beside the descriptions: sentences, weights and PyTorch's numbers.

    python tests/parity/make_expected.py        # with PyTorch 2.13
"""

import gzip
import json
import random

import torch
from safetensors.torch import save

import cases
import reference
from tensors import norm, sketch


def rounded(value, digits):
    """Lists and numbers with so many significant digits, for short files."""
    if isinstance(value, dict):
        return {key: rounded(v, digits) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v, digits) for v in value]
    return float(f"{value:.{digits}g}")


def make_sentences():
    generator = random.Random(1)
    target_lengths = list(range(1, 18))
    generator.shuffle(target_lengths)
    # The last line is the longest on both sides, so that its last place can be compared.
    target_lengths.remove(17)
    for file, lengths, vocabulary in [("source.ids", range(1, 18), 137),
                                      ("target.ids", target_lengths + [17], 151)]:
        sentences = [[generator.randrange(cases.FIRST_WORD, vocabulary) for _ in range(length)]
                     for length in lengths]
        text = "".join(" ".join(map(str, sentence)) + "\n" for sentence in sentences)
        (cases.FOLDER / file).write_text(text)


def main():
    make_sentences()
    sources, targets = cases.lines("source.ids"), cases.lines("target.ids")
    for seed, name in enumerate(cases.NAMES):
        description = cases.description(name)
        weights = reference.random_weights(description, seed)
        numbers = reference.expected(description, weights, sources, targets)
        single = reference.expected(description, weights, sources, targets, torch.float32)
        numbers["gradients"] = {gradient: {"norm": norm(values), "sketch": sketch(values)}
                                for gradient, values in numbers["gradients"].items()}
        drift = max(abs(a - b) for a, b in zip(numbers["losses"], single["losses"]))
        print(f"{name}: losses {numbers['losses'][0]:.4f} to {numbers['losses'][-1]:.4f}, "
              f"float32 differs by at most {drift:.1e}")
        with open(cases.weights_file(name), "wb") as file:
            file.write(gzip.compress(save(weights), mtime=0))
        (cases.FOLDER / f"{name}.json").write_text(json.dumps(rounded(numbers, 9)) + "\n")


if __name__ == "__main__":
    main()
