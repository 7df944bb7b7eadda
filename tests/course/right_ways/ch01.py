"""Two ways, or more, to be right in chapter 1."""

import minidl as md
from minidl import nn

RIGHT_WAYS = {
    "ch01.ex1": lambda: [64 * 28 * 28, md.ones(64, 1, 28, 28).numel()],
    "ch01.ex2": lambda: [(8, 3, 5), [8, 3, 5], (md.ones(8, 1, 5) + md.ones(3, 1)).shape],
    "ch01.ex3": lambda: [
        lambda x: (x - x.mean(0)) / x.var(0).sqrt(),
        lambda x: (x - x.mean(dim=0, keepdim=True)) / x.std(dim=0, correction=0),
        lambda x: (x.numpy() - x.numpy().mean(axis=0)) / x.numpy().std(axis=0, ddof=1),
    ],
    "ch01.ex4": lambda: [
        nn.functional.linear,
        lambda x, W, b: (W @ x.T).T + b,
        lambda x, W, b: md.stack([md.stack([(w * row).sum() + c for w, c in zip(W, b, strict=True)]) for row in x]),
    ],
    "ch01.ex5": lambda: [
        lambda x: x - x.max(dim=1, keepdim=True).values,
        lambda x: (x.T - x.amax(dim=1)).T,
        lambda x: x - x.sort(dim=1).values[:, -1:],
    ],
}
