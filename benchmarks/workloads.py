"""The work that is measured: one training step each, written once for every library with PyTorch's names (T)."""

from itertools import pairwise

import numpy as np


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def labels(n, classes):
    return np.random.default_rng(1).integers(0, classes, n)


def stepper(T, model, optimizer, loss):
    """A function that makes one step: forward, backward, optimiser. A library may have its own way."""
    if hasattr(T, "stepper"):
        return T.stepper(model, optimizer, loss)

    def step():
        value = loss(model)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return value

    return step


def mlp(T, sizes):
    """Linear layers of these sizes with ReLU between them."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [T.nn.Linear(before, after), T.nn.ReLU()]
    return T.nn.Sequential(*layers[:-1])


def classifier(T, sizes, batch):
    """An MLP with cross-entropy and Adam."""
    model = mlp(T, sizes)
    x, y = T.tensor(numbers(batch, sizes[0])), T.tensor(labels(batch, sizes[-1]))
    return stepper(T, model, T.optim.Adam(model.parameters()), lambda m: T.nn.functional.cross_entropy(m(x), y))


def moons_mlp(T):
    """MLP 2-16-16-1, 100 points, SGD."""
    model = mlp(T, (2, 16, 16, 1))
    x, y = T.tensor(numbers(100, 2)), T.tensor(numbers(100, 1))
    return stepper(T, model, T.optim.SGD(model.parameters(), lr=0.1), lambda m: T.nn.functional.mse_loss(m(x), y))


def digits_mlp(T):
    """MLP 784-256-128-10, batch 128, Adam."""
    return classifier(T, (784, 256, 128, 10), 128)


def small_cnn(T):
    """CNN of two 3x3 convolutions, batch 64 of 1x28x28, SGD with momentum."""
    nn = T.nn
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 49, 10),
    )
    x, y = T.tensor(numbers(64, 1, 28, 28)), T.tensor(labels(64, 10))
    optimizer = T.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return stepper(T, model, optimizer, lambda m: nn.functional.cross_entropy(m(x), y))


def cnn_with_batch_norm(T):
    """CNN of three blocks with batch norm, batch 32 of 3x32x32, Adam."""
    nn, blocks = T.nn, []
    for before, after in ((3, 16), (16, 32), (32, 32)):
        blocks += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(32 * 16, 10))
    x, y = T.tensor(numbers(32, 3, 32, 32)), T.tensor(labels(32, 10))
    return stepper(T, model, T.optim.Adam(model.parameters()), lambda m: nn.functional.cross_entropy(m(x), y))


def char_lstm(T, steps=64):
    """LSTM character model: embedding 128, hidden 128, 64 steps, batch 32, Adam."""
    nn = T.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.lstm, self.out = nn.Embedding(64, 128), nn.LSTM(128, 128), nn.Linear(128, 64)

        def forward(self, x):
            return self.out(self.lstm(self.embed(x))[0]).reshape(-1, 64)

    model = Net()
    x, y = T.tensor(labels(steps * 32, 64).reshape(steps, 32)), T.tensor(labels(steps * 32, 64))
    return stepper(T, model, T.optim.Adam(model.parameters()), lambda m: nn.functional.cross_entropy(m(x), y))


def transformer(T, tokens=64):
    """Transformer of width 64, two layers, four heads, 64 tokens, batch 16, AdamW."""
    nn = T.nn
    layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
    model = nn.Sequential(nn.Embedding(64, 64), nn.TransformerEncoder(layer, 2), nn.Linear(64, 64))
    x, y = T.tensor(labels(16 * tokens, 64).reshape(16, tokens)), T.tensor(labels(16 * tokens, 64))
    loss = lambda m: nn.functional.cross_entropy(m(x).reshape(-1, 64), y)
    return stepper(T, model, T.optim.AdamW(model.parameters()), loss)


def chained(T, length):
    x = T.ones(3, requires_grad=True)

    def end():
        y = x
        for _ in range(length):
            y = y * 1.0001
        return y

    return end


def chain(T):
    """A chain of 2,000 tiny operations."""
    end = chained(T, 2000)
    return lambda: end().sum().backward()


def long_chain(T):
    """A chain of 100,000 tiny operations."""
    end = chained(T, 100_000)
    return lambda: end().sum().backward()


# Each with the ratio to PyTorch that it should reach.
AIMS = {
    moons_mlp: 0.4,
    digits_mlp: 1.0,
    small_cnn: 1.5,
    cnn_with_batch_norm: 1.5,
    char_lstm: 1.5,
    transformer: 1.1,
    chain: 0.8,
    long_chain: 0.8,
}
