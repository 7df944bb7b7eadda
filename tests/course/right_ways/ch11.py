"""Two ways, or more, to be right in chapter 11."""

import math

import minidl as md

RIGHT_WAYS = {
    "ch11.ex1": lambda: [0.8, 8 / (8 + 2)],
    "ch11.ex2": lambda: [0.667, 8 / 12],
    "ch11.ex3": lambda: [
        md.train.metrics.f1,
        lambda said, truth: 2 * (said * truth).sum() / (said.sum() + truth.sum()),
    ],
    "ch11.ex4": lambda: [
        lambda s, t: ((d := s[t == 1].unsqueeze(1) - s[t == 0]) > 0).float().mean() + 0.5 * (d == 0).float().mean(),
        md.train.metrics.roc_auc,
    ],
    "ch11.ex5": lambda: [0.015, (0.9 * 0.1 / 400) ** 0.5],
    "ch11.ex6": lambda: [
        lambda s, t, r: s[t == 1].sort(descending=True).values[math.ceil(r * t.sum().item() - 1e-9) - 1],
        lambda s, t, r: max(x for x in s.tolist() if t[s >= x].sum().item() >= r * t.sum().item() - 1e-9),
    ],
}
