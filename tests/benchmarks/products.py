"""PyTorch's speed on the products of KernelBenchmarks.cpp: products.py [threads]."""

import sys
import time

import torch


def rate(product, operations):
    best = float("inf")
    for _ in range(30):
        start = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - start)
    return f"{operations / best / 1e9:6.1f} G/s"


torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
for k, n in [(128, 128), (128, 512), (512, 128), (128, 8000), (256, 1024)]:
    w = torch.randn(n, k)
    for rows in [1024, 256, 32, 4, 1]:
        x, dy = torch.randn(rows, k), torch.randn(rows, n)
        operations = 2 * rows * k * n
        line = f"{k}x{n} rows {rows:4}: linear {rate(lambda: torch.nn.functional.linear(x, w), operations)}"
        if rows == 1024:
            line += f", by_input {rate(lambda: dy @ w, operations)}"
            line += f", by_weight {rate(lambda: dy.t() @ x, operations)}"
        print(line)
