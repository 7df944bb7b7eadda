"""Two ways, or more, to be right in chapter 26."""

from statistics import NormalDist

import minidl as md
from minidl import nn


def stands_up(hidden, seed, epochs=8):
    """A small network that has learned from images spoiled by FGSM with a random start."""
    train, _ = md.data.digits()
    images, labels = train.images[:6000], train.labels[:6000]
    md.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    steps = 60 * epochs
    optimizer = md.optim.Adam(model.parameters(), lr=0.006)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, 0.006, total_steps=steps)
    for k, some in enumerate(batch for _ in range(epochs) for batch in md.randperm(6000).split(100)):
        loss = nn.functional.cross_entropy(model(spoiled(model, images[some], labels[some], k / steps)), labels[some])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


def spoiled(model, x, y, done):
    """Images moved by at most 0.1, less in the first half of the training."""
    most = 0.1 * min(1.0, 2 * done)
    start = (x + most * (2 * md.rand(x.shape) - 1)).requires_grad_()
    (g,) = md.autograd.grad(nn.functional.cross_entropy(model(start), y), start)
    moved = start.detach() + 1.25 * most * g.sign()
    return (x + (moved - x).clamp(-most, most)).clamp(0, 1)


def clip_by_loop(g, most):
    """Clipping row by row."""
    return md.stack([row * min(1.0, most / row.norm().item()) for row in g])


RIGHT_WAYS = {
    "ch26.ex1": lambda: [0.58, 0.5 + (0.96 - 0.80) / 2],
    "ch26.ex2": lambda: [clip_by_loop, lambda g, most: g / (g.norm(dim=1, keepdim=True) / most).clamp(min=1)],
    "ch26.ex3": lambda: [
        lambda x, slope, epsilon: (x + epsilon * slope.sign()).clamp(0, 1),
        lambda x, slope, epsilon: md.minimum(md.maximum(x + epsilon * md.sign(slope), md.tensor(0.0)), md.tensor(1.0)),
    ],
    "ch26.ex4": lambda: [
        lambda weights, sizes: sizes @ weights / sizes.sum(),
        lambda weights, sizes: sum(n * w for n, w in zip(sizes / sizes.sum(), weights, strict=True)),
    ],
    "ch26.ex5": lambda: [0.5 * NormalDist().inv_cdf(0.9), 0.64],
    "ch26.ex6": lambda: [stands_up(hidden=32, seed=0), stands_up(hidden=36, seed=1)],
}
