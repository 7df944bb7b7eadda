"""HIPS autograd: a gradient is taken of a function of the parameters, so a step puts them in and asks for slopes."""

from functools import partial
from types import SimpleNamespace

import autograd.numpy as np
import numpy
from autograd import value_and_grad
from autograd.scipy.signal import convolve
from autograd.scipy.special import logsumexp

from peers.encoder import encoder_classes

generator = numpy.random.default_rng(0)


class Parameter:
    def __init__(self, *shape, fan_in):
        bound = fan_in**-0.5
        self.value = generator.uniform(-bound, bound, shape).astype(np.float32)


class Module:
    def parameters(self):
        """All parameters in here, found by looking at the attributes."""
        found = []
        for part in vars(self).values():
            for one in part if isinstance(part, (list, tuple)) else [part]:
                found += [one] if isinstance(one, Parameter) else one.parameters() if isinstance(one, Module) else []
        return found

    def __call__(self, x):
        return self.forward(x)


class Function(Module):
    def __init__(self, function):
        self.forward = function


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Linear(Module):
    def __init__(self, in_features, out_features):
        self.weight = Parameter(in_features, out_features, fan_in=in_features)
        self.bias = Parameter(out_features, fan_in=in_features)

    def forward(self, x):
        return x @ self.weight.value + self.bias.value


class Embedding(Module):
    def __init__(self, rows, width):
        self.weight = Parameter(rows, width, fan_in=1)

    def forward(self, x):
        return self.weight.value[x]


class Conv2d(Module):
    def __init__(self, in_channels, out_channels, size, padding):
        fan_in = in_channels * size**2
        self.weight = Parameter(in_channels, out_channels, size, size, fan_in=fan_in)
        self.bias = Parameter(1, out_channels, 1, 1, fan_in=fan_in)
        self.padding = [(0, 0), (0, 0), (padding, padding), (padding, padding)]

    def forward(self, x):
        x = np.pad(x, self.padding, "constant")
        return convolve(x, self.weight.value, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid") + self.bias.value


class Normalization(Module):
    def __init__(self, shape, axes):
        self.weight, self.bias = (Parameter(*shape, fan_in=1) for _ in range(2))
        self.axes = axes

    def forward(self, x):
        centred = x - x.mean(self.axes, keepdims=True)
        scale = (centred * centred).mean(self.axes, keepdims=True) + np.float32(1e-5)
        return centred / np.sqrt(scale) * self.weight.value + self.bias.value


class LSTM(Module):
    def __init__(self, in_features, hidden):
        self.input = Linear(in_features, 4 * hidden)
        self.recurrent = Parameter(hidden, 4 * hidden, fan_in=hidden)
        self.hidden = hidden

    def forward(self, x):
        drive, outputs = self.input(x), []
        h = c = numpy.zeros((x.shape[1], self.hidden), np.float32)
        for t in range(x.shape[0]):
            i, f, g, o = np.split(drive[t] + h @ self.recurrent.value, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            outputs.append(h)
        return np.stack(outputs), (h, c)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def max_pool(size):
    def pool(x):
        n, channels, height, width = x.shape
        return x.reshape(n, channels, height // size, size, width // size, size).max(axis=(3, 5))

    return Function(pool)


def attention(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) * numpy.float32(q.shape[-1] ** -0.5)
    return np.exp(scores - logsumexp(scores, axis=-1, keepdims=True)) @ v


def cross_entropy(logits, y):
    return np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(y)), y])


class SGD:
    """The arithmetic of autograd.misc.optimizers.sgd, with PyTorch's momentum."""

    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.velocities = [numpy.zeros_like(p.value) for p in parameters]

    def step(self, gradients):
        for i, (p, g) in enumerate(zip(self.parameters, gradients, strict=True)):
            self.velocities[i] = self.momentum * self.velocities[i] + g
            p.value = p.value - self.lr * self.velocities[i]


class Adam:
    """The arithmetic of autograd.misc.optimizers.adam, with the weight decay of AdamW."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), weight_decay=0.0):
        self.parameters, self.lr, self.betas, self.weight_decay, self.n = parameters, lr, betas, weight_decay, 0
        self.means, self.squares = ([numpy.zeros_like(p.value) for p in parameters] for _ in range(2))

    def step(self, gradients):
        self.n += 1
        b1, b2 = self.betas
        for i, (p, g) in enumerate(zip(self.parameters, gradients, strict=True)):
            self.means[i] = m = (1 - b1) * g + b1 * self.means[i]
            self.squares[i] = v = (1 - b2) * (g**2) + b2 * self.squares[i]
            m, v = m / (1 - b1**self.n), v / (1 - b2**self.n)
            decayed = p.value * (1 - self.lr * self.weight_decay) if self.weight_decay else p.value
            p.value = decayed - self.lr * m / (np.sqrt(v) + 1e-8)


def stepper(model, optimizer, loss):
    parameters = optimizer.parameters

    def value_of(values):
        for p, value in zip(parameters, values, strict=True):
            p.value = value
        return loss(model)

    slopes = value_and_grad(value_of)

    def step():
        values = [p.value for p in parameters]
        value, gradients = slopes(values)
        for p, array in zip(parameters, values, strict=True):
            p.value = array
        optimizer.step(gradients)
        return value

    return step


def chained(length):
    """The sum at the end of a chain of products, and its slope."""

    def end(x):
        for _ in range(length):
            x = x * 1.0001
        return np.sum(x)

    slope = value_and_grad(end)
    return lambda: slope(numpy.ones(3, np.float32))


chain, long_chain = partial(chained, 2000), partial(chained, 100_000)
tensor = np.array
nn = SimpleNamespace(
    Module=Module,
    Sequential=Sequential,
    Linear=Linear,
    Embedding=Embedding,
    Conv2d=Conv2d,
    BatchNorm2d=lambda channels: Normalization((1, channels, 1, 1), (0, 2, 3)),
    LayerNorm=lambda width: Normalization((width,), -1),
    LSTM=LSTM,
    MaxPool2d=max_pool,
    ReLU=lambda: Function(lambda x: np.maximum(x, 0)),
    Flatten=lambda: Function(lambda x: x.reshape(len(x), -1)),
    functional=SimpleNamespace(mse_loss=lambda x, y: np.mean((x - y) ** 2), cross_entropy=cross_entropy),
)
nn.TransformerEncoderLayer, nn.TransformerEncoder = encoder_classes(nn, attention, np.swapaxes)
optim = SimpleNamespace(SGD=SGD, Adam=Adam, AdamW=lambda parameters: Adam(parameters, weight_decay=0.01))
