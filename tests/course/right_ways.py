"""Two ways, or more, to be right: an exercise judges the result, not the way to it.

Each entry gives the answers when it is called, since some of them are trained first.
"""

import math
from typing import ClassVar

import minidl as md
from minidl import nn


def reader(hidden, epochs, seed=0):
    """A network that has learned the digits of the training set."""
    train, _ = md.data.digits()
    md.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    loader = md.data.DataLoader(md.data.Subset(train, range(6000)), batch_size=64, shuffle=True)
    md.train.fit(model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.002), epochs=epochs, verbose=False)
    return model


def read_by(model):
    """A plain function that reads."""
    return lambda images: model(images)


def winding(activation):
    """A network that has learned two arms of a spiral."""
    md.manual_seed(5)
    spirals = md.data.spirals(300, noise=0.03)
    model = nn.Sequential(nn.Linear(2, 64), activation, nn.Linear(64, 64), activation, nn.Linear(64, 2))
    loader = md.data.DataLoader(spirals, batch_size=50, shuffle=True)
    md.train.fit(model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.01), epochs=150, verbose=False)
    return model


def by_autograd(X, W, b, G):
    """The gradients of a layer with ReLU, found by minidl."""
    inputs = [t.detach().requires_grad_() for t in (X, W, b)]
    return md.autograd.grad((inputs[0] @ inputs[1].T + inputs[2]).relu(), inputs, grad_outputs=G)


class Recorded:
    """An engine that keeps what it did on a tape, and reads it backwards."""

    tape: ClassVar[list] = []

    def __init__(self, data, ways=()):
        self.data, self.grad, self.ways = data, 0.0, ways
        self.tape.append(self)

    def __add__(self, other):
        return Recorded(self.data + other.data, ((self, 1), (other, 1)))

    def __sub__(self, other):
        return Recorded(self.data - other.data, ((self, 1), (other, -1)))

    def __mul__(self, other):
        return Recorded(self.data * other.data, ((self, other.data), (other, self.data)))

    def exp(self):
        return Recorded(math.exp(self.data), ((self, math.exp(self.data)),))

    def backward(self):
        self.grad = 1.0
        while self.tape:
            node = self.tape.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope


class Counted(Recorded):
    """An engine that counts users first, and passes on when the last of them has been heard."""

    def backward(self):
        users, found = {}, [self]
        for node in found:
            for parent, _ in node.ways:
                if parent not in users:
                    found.append(parent)
                users[parent] = users.get(parent, 0) + 1
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope
                users[parent] -= 1
                if not users[parent]:
                    ready.append(parent)


RIGHT_WAYS = {
    "ch00.ex1": lambda: [3190, md.tensor(3190), 3190.0],
    "ch00.ex2": lambda: [math.log(2), 0.69, -math.log(0.5)],
    "ch00.ex3": lambda: ["down", " Down "],
    "ch00.ex4": lambda: [(model := reader(256, 12)), read_by(model)],
    "ch01.ex1": lambda: [64 * 28 * 28, md.ones(64, 1, 28, 28).numel()],
    "ch01.ex2": lambda: [(8, 3, 5), [8, 3, 5], (md.ones(8, 1, 5) + md.ones(3, 1)).shape],
    "ch01.ex3": lambda: [
        lambda x: (x - x.mean(0)) / x.var(0).sqrt(),
        lambda x: (x - x.mean(dim=0, keepdim=True)) / x.std(dim=0, correction=0),
    ],
    "ch01.ex4": lambda: [nn.functional.linear, lambda x, W, b: (W @ x.T).T + b],
    "ch01.ex5": lambda: [
        lambda x: x - x.max(dim=1, keepdim=True).values,
        lambda x: (x.T - x.amax(dim=1)).T,
    ],
    "ch02.ex1": lambda: [6, md.tensor(6.0)],
    "ch02.ex2": lambda: [
        lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        lambda f, x, h: 0.5 * ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h),
    ],
    "ch02.ex3": lambda: [
        lambda x: 2 * x * math.sin(x) + x**2 * math.cos(x),
        lambda x: x * (2 * math.sin(x) + x * math.cos(x)),
    ],
    "ch02.ex4": lambda: [lambda x: -2 * x * math.exp(-(x**2)), lambda x: -2 * x / math.e ** (x * x)],
    "ch02.ex5": lambda: [lambda x, y: (2 * x * y, x**2 + 3), lambda x, y: [y * (x + x), 3 + x * x]],
    "ch03.ex1": lambda: [3, 2 * 3 - 5 + 2.0],
    "ch03.ex2": lambda: [(32, 5), [32, 5]],
    "ch03.ex3": lambda: [
        lambda x: x.relu() - 0.1 * (-x).relu(),
        lambda x: nn.functional.leaky_relu(x, 0.1),
        lambda x: md.maximum(x, 0.1 * x),
    ],
    "ch03.ex4": lambda: [
        lambda x, W1, b1, W2, b2: nn.functional.linear(nn.functional.linear(x, W1, b1).relu(), W2, b2),
        lambda x, W1, b1, W2, b2: b2 + (b1 + x @ W1.T).clamp(min=0) @ W2.T,
    ],
    "ch03.ex5": lambda: ["one", "One "],
    "ch03.ex6": lambda: [(model := winding(nn.Tanh())), read_by(model), winding(nn.ReLU())],
    "ch04.ex1": lambda: [-12, 4 * -3.0],
    "ch04.ex2": lambda: [11, 2 * 3 + 5.0],
    "ch04.ex3": lambda: [(64, 784), [64, 784]],
    "ch04.ex4": lambda: [
        lambda w, x, b: (x / math.cosh(w * x + b) ** 2, w / math.cosh(w * x + b) ** 2, 1 / math.cosh(w * x + b) ** 2),
        lambda w, x, b: [(1 - math.tanh(w * x + b) ** 2) * v for v in (x, w, 1)],
    ],
    "ch04.ex5": lambda: [lambda X, W, G: (G @ W, (X.T @ G).T), lambda X, W, G: [(W.T @ G.T).T, G.T @ X]],
    "ch04.ex6": lambda: [
        lambda X, W, b, G: ((P := md.where(X @ W.T + b > 0, G, 0.0)) @ W, P.T @ X, P.sum(dim=0)),
        by_autograd,
    ],
    "ch05.ex1": lambda: [lambda a, b: (1 / b, -a / b**2), lambda a, b: [b**-1, -(a / b) / b]],
    "ch05.ex2": lambda: [lambda y: y * (1 - y), lambda y: y - y**2],
    "ch05.ex3": lambda: [["z", "s", "p", "a", "b"], ("z", "s", "a", "p", "b"), "zsapb", ["a", "z", "b", "s", "p"]],
    "ch05.ex4": lambda: ["b", "B"],
    "ch05.ex5": lambda: [Recorded, Counted],
    "ch06.ex1": lambda: [math.log(4), -md.tensor(0.25).log()],
    "ch06.ex2": lambda: [lambda p, y: (p - y).square().mean(), nn.functional.mse_loss],
    "ch06.ex3": lambda: [lambda s: s.softmax(dim=1), lambda s: (s - s.logsumexp(dim=1, keepdim=True)).exp()],
    "ch06.ex4": lambda: [
        nn.functional.cross_entropy,
        lambda s, y: (s.logsumexp(dim=1) - s.gather(1, y.unsqueeze(1)).squeeze(1)).mean(),
    ],
    "ch06.ex5": lambda: ["mse", "MSE"],
    "ch06.ex6": lambda: [
        lambda s, y: (s.softmax(dim=1) - nn.functional.one_hot(y, s.shape[1])) / len(y),
        lambda s, y: md.autograd.grad(nn.functional.cross_entropy(t := s.detach().requires_grad_(), y), t)[0],
    ],
}  # fmt: skip
