"""micrograd: one object for every single number; it can do the smallest of the works."""

from micrograd.nn import MLP
from workloads import numbers

CAN = {"moons_mlp"}


def moons_mlp():
    model = MLP(2, [16, 16, 1])
    x, y = numbers(100, 2).tolist(), numbers(100, 1)[:, 0].tolist()

    def step():
        loss = sum((model(row) - target) ** 2 for row, target in zip(x, y, strict=True)) * (1 / len(x))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return loss.data

    return step
