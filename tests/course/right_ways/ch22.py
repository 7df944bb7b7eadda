"""Two ways, or more, to be right in chapter 22."""

import numpy as np

import minidl as md
from minidl import nn


def recogniser(width, seed):
    """A small network that has learned the words of 44 voices; without a hidden layer for a width of 0."""
    made, _ = md.data.commands()
    md.manual_seed(0)
    seen = np.isin(made.voices.numpy(), md.randperm(58).numpy()[:44])
    inputs = nn.functional.avg_pool2d(made.spectra[seen][:, None, :, :64], 2)
    md.manual_seed(seed)
    layers = [nn.Linear(128, width), nn.ReLU(), nn.Linear(width, 20)] if width else [nn.Linear(128, 20)]
    model = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), *layers)
    optimizer = md.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(120):
        loss = nn.functional.cross_entropy(model(inputs), made.labels[seen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def by_the_transform(x, k):
    """The strength, read off a whole transform."""
    return md.fft.fft(x).abs()[k]


def by_a_dot_product(x, k):
    """The strength, with dot products."""
    turns = 2 * np.pi * k * np.arange(len(x)) / len(x)
    return ((x @ md.tensor(np.cos(turns))) ** 2 + (x @ md.tensor(np.sin(turns))) ** 2) ** 0.5


RIGHT_WAYS = {
    "ch22.ex1": lambda: [3000, md.tensor(3000.0)],
    "ch22.ex2": lambda: [31.25, 8000 / 256],
    "ch22.ex3": lambda: [by_the_transform, by_a_dot_product],
    "ch22.ex4": lambda: [lambda e: 10 * e.log10() - 10 * e.max().log10(), lambda e: 10 * (e / e.max()).log() / np.log(10)],
    "ch22.ex5": lambda: [
        lambda p: 12 * p.log2() - 12 * p.median().log2(),
        lambda p: 12 * (p / np.median(p.numpy())).log() / np.log(2),
    ],
    "ch22.ex6": lambda: [recogniser(0, 1), recogniser(30, 2)],
}
