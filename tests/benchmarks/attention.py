"""PyTorch's speed on the causal attention of KernelBenchmarks.cpp: attention.py [threads]."""

import statistics
import sys
import time

import torch
from torch.nn.functional import scaled_dot_product_attention


def median(function):
    function()
    times = []
    for _ in range(9):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return f"{statistics.median(times) * 1e3:8.2f} ms"


torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
for batch, length in [(64, 32), (16, 128), (4, 512), (1, 2048)]:
    q, k, v = (torch.randn(batch, 8, length, 64, requires_grad=True) for _ in range(3))
    for rate in 0.0, 0.1:

        def attention():
            return scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=rate)

        with torch.no_grad():
            forward = median(attention)
        both = median(lambda: attention().sum().backward())
        print(f"length {length:4}, dropout {rate}: forward {forward}, with backward {both}")
