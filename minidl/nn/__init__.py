"""Layers, losses, and the Module they are made of."""

from minidl.nn import functional, init
from minidl.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from minidl.nn.container import Sequential
from minidl.nn.linear import Flatten, Identity, Linear
from minidl.nn.loss import CrossEntropyLoss, MSELoss
from minidl.nn.module import Module, Parameter

__all__ = [
    "CrossEntropyLoss", "Flatten", "Identity", "Linear", "LogSoftmax", "MSELoss", "Module", "Parameter", "ReLU",
    "Sequential", "Sigmoid", "Softmax", "Tanh", "functional", "init",
]  # fmt: skip
