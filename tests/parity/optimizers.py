"""Prints what torch.optim makes of fixed gradients: the numbers in tests/runtime/OptimizerTest.cpp.

    python tests/parity/optimizers.py
"""

import math

import torch

CASES = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.1), 0),
    "sgd, momentum 0.9, decay 0.01": (
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01), 0),
    "sgd, clip 1.5": (lambda p: torch.optim.SGD(p, lr=0.1), 1.5),
    "adam": (lambda p: torch.optim.Adam(p, lr=0.01), 0),
    "adam, betas 0.8 0.98, epsilon 1e-3, decay 0.1, clip 1.5": (
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.98), eps=1e-3, weight_decay=0.1), 1.5),
    "adamw, decay 0.1": (lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1), 0),
}


def gradient(step, i):
    return (i + 1) * math.sin(1.7 * i + 0.9 * step)


for name, (make, clip) in CASES.items():
    # Two tensors, since clipping takes the norm of all of them together.
    weights = [torch.tensor([0.5, -0.25, 1.0]), torch.tensor([-2.0, 0.0])]
    for w in weights:
        w.requires_grad_()
    optimizer = make(weights)
    for step in range(1, 11):
        flat = torch.tensor([gradient(step, i) for i in range(5)])
        weights[0].grad, weights[1].grad = flat[:3].clone(), flat[3:].clone()
        if clip:
            torch.nn.utils.clip_grad_norm_(weights, clip)
        optimizer.step()
    values = torch.cat([w.detach() for w in weights])
    print(f"{name}: {{" + ", ".join(f"{v:.9g}f" for v in values) + "}")
