"""Two ways, or more, to be right in chapter 9."""

import minidl as md
from minidl import nn


def stratified_by_sorting(labels):
    """Shuffle all, then count how many of each class were taken."""
    taken, learn, test = {}, [], []
    for i in md.randperm(len(labels)).tolist():
        kind = labels[i].item()
        taken[kind] = taken.get(kind, 0) + 1
        full = taken[kind] > (labels == kind).sum().item() // 5
        (learn if full else test).append(i)
    return learn, test


def stratified_class_by_class(labels):
    """Each class by itself, in tensors."""
    learn, test = [], []
    for kind in labels.unique():
        places = md.where(labels == kind)[0]
        places = places[md.randperm(len(places))]
        test.append(places[: len(places) // 5])
        learn.append(places[len(places) // 5 :])
    return md.cat(learn), md.cat(test)


RIGHT_WAYS = {
    "ch09.ex1": lambda: [1.22, 4 / (32 / 3) ** 0.5],
    "ch09.ex2": lambda: [
        lambda a, b: ((a - a.mean(0)) / a.std(0, correction=0), (b - a.mean(0)) / a.std(0, correction=0)),
        lambda a, b: [md.data.transforms.Standardize().fit(a)(x) for x in (a, b)],
    ],
    "ch09.ex3": lambda: [
        lambda y, classes: nn.functional.one_hot(y, classes).float(),
        lambda y, classes: md.eye(classes)[y],
    ],
    "ch09.ex4": lambda: [
        lambda x, mask: (x * mask).sum(dim=1) / mask.sum(dim=1),
        lambda x, mask: md.where(mask, x, 0.0).sum(dim=1) / mask.float().sum(dim=1),
        lambda x, mask: md.stack([row[real].mean() for row, real in zip(x, mask, strict=True)]),
    ],
    "ch09.ex5": lambda: ["divide", "DIVIDE"],
    "ch09.ex6": lambda: [stratified_by_sorting, stratified_class_by_class],
}
