"""tinygrad on the CPU: operations are gathered, compiled by clang, and replayed (TinyJit), as its examples do."""

import os
import shutil

if not shutil.which("clang"):
    raise ImportError("tinygrad compiles with clang, which is not on the PATH")
os.environ["DEV"] = "CPU"

from types import SimpleNamespace

from tinygrad import Context, Tensor, TinyJit
from tinygrad import nn as layers
from tinygrad.nn.state import get_parameters

from peers.encoder import encoder_classes

CAN = {"moons_mlp", "digits_mlp", "small_cnn", "cnn_with_batch_norm", "transformer"}


class Module:
    def parameters(self):
        return get_parameters(self)

    def __call__(self, x):
        return self.forward(x)


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        return x.sequential(self.layers)


def stepper(model, optimizer, loss):
    @TinyJit
    def compiled():
        optimizer.zero_grad()
        value = loss(model)
        value.backward()
        optimizer.step()
        return value.realize()

    def step():
        with Context(TRAINING=1):
            return compiled().item()

    return step


tensor = Tensor
nn = SimpleNamespace(
    Module=Module,
    Sequential=Sequential,
    Linear=layers.Linear,
    Embedding=layers.Embedding,
    Conv2d=layers.Conv2d,
    BatchNorm2d=layers.BatchNorm2d,
    LayerNorm=layers.LayerNorm,
    ReLU=lambda: Tensor.relu,
    MaxPool2d=lambda size: lambda x: x.max_pool2d((size, size)),
    Flatten=lambda: lambda x: x.flatten(1),
    functional=SimpleNamespace(
        mse_loss=lambda x, y: (x - y).square().mean(), cross_entropy=Tensor.sparse_categorical_crossentropy
    ),
)
nn.TransformerEncoderLayer, nn.TransformerEncoder = encoder_classes(
    nn, Tensor.scaled_dot_product_attention, Tensor.transpose
)
optim = layers.optim
