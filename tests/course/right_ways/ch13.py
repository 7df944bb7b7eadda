"""Two ways, or more, to be right in chapter 13."""

import minidl as md

RIGHT_WAYS = {
    "ch13.ex1": lambda: [361, 19 * 19],
    "ch13.ex2": lambda: [0.0476, 2 / 42],
    "ch13.ex3": lambda: [
        lambda row, column, scale: [4 * column / scale, 4 * row / scale, (4 * column + 25) / scale, (4 * row + 25) / scale],
        lambda row, column, scale: tuple(x / scale for x in (column * 4, row * 4, column * 4 + 25, row * 4 + 25)),
    ],
    "ch13.ex4": lambda: [
        lambda s, y, k: (s - 1e9 * y).topk(k).indices,
        lambda s, y, k: sorted((i for i in range(len(s)) if not y[i]), key=lambda i: -s[i].item())[:k],
    ],
    "ch13.ex5": lambda: [
        lambda a, p, n, m: md.nn.functional.relu((a - p).norm() - (a - n).norm() + m),
        lambda a, p, n, m: md.nn.functional.triplet_margin_loss(a, p, n, margin=m, eps=0.0),
    ],
    "ch13.ex6": lambda: [
        lambda d, s, t: (((d < t) & (s == 0)).sum() / (s == 0).sum(), ((d >= t) & (s == 1)).sum() / s.sum()),
        lambda d, s, t: ((d[s == 0] < t).float().mean(), (d[s == 1] >= t).float().mean()),
    ],
}
