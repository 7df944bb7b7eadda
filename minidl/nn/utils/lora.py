"""LoRA: a trained model learns something new with few weights (Hu et al. 2021).

A weight W stays as it is, and a product of two thin matrices is added: W + (alpha / rank) B A. B begins with zeros, so
that the model begins as it was. It is a parametrization, so it fits every matrix of a layer, also those of attention.
"""

import math

from minidl.errors import ShapeError
from minidl.nn import init
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter
from minidl.nn.utils.parametrize import is_parametrized, register_parametrization, remove_parametrizations
from minidl.ops.creation import empty, zeros


class LowRank(Module):
    """Adds (alpha / rank) B A to a weight.

    Attributes
    ----------
    lora_A : Parameter, shape (rank, in_features)
        Starts as the weight of a Linear does.
    lora_B : Parameter, shape (out_features, rank)
        Starts with zeros.
    """

    def __init__(self, weight, rank, alpha):
        super().__init__()
        outputs, inputs = weight.shape
        self.rank, self.alpha = rank, alpha
        self.lora_A = Parameter(empty(rank, inputs, dtype=weight.dtype))
        self.lora_B = Parameter(zeros(outputs, rank, dtype=weight.dtype))
        init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))

    def forward(self, weight):
        """The weight with what was learned on top."""
        return weight + self.alpha / self.rank * (self.lora_B @ self.lora_A)

    def extra_repr(self):
        """The arguments that matter."""
        return f"rank={self.rank}, alpha={self.alpha}"


def add_lora(model, rank=4, alpha=None, layers=(Linear,), names=("weight",)):
    """Freeze a model, and give each of its matrices two thin ones that learn.

    Parameters
    ----------
    model : Module
        Changed in place.
    rank : int
        How thin the matrices are.
    alpha : float, optional
        What is added is multiplied by alpha / rank; `rank` unless given.
    layers : tuple of types
        Which layers get them.
    names : tuple of str
        Which parameters of these layers; ``("in_proj_weight",)`` of `nn.MultiheadAttention`.

    Returns
    -------
    Module
        The model; `requires_grad` is True for the new parameters alone.

    Raises
    ------
    ValueError
        When the rank is not positive, a weight has LoRA already, or no layer fits.
    ShapeError
        When a parameter is no matrix.

    References
    ----------
    Hu et al. (2021), *LoRA: Low-Rank Adaptation of Large Language Models*, section 4.1.

    Examples
    --------
    >>> from minidl import nn
    >>> model = add_lora(nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)), rank=2)
    >>> sum(p.numel() for p in model.parameters()), sum(p.numel() for p in model.parameters() if p.requires_grad)
    (5214, 404)
    """
    if rank < 1 or int(rank) != rank:
        raise ValueError(f"the rank of LoRA is a whole number of at least 1, and is {rank}")
    found = list(_weights(model, layers, names))
    if not found:
        kinds = " or ".join(layer.__name__ for layer in layers)
        raise ValueError(f"LoRA found no {' or '.join(names)} in a {kinds} of this {type(model).__name__}")
    for module, name in found:
        shape = tuple(getattr(module, name).shape)
        if is_parametrized(module, name):
            raise ValueError(f"{name} of {type(module).__name__} is parametrized already: merge_lora(model) first")
        if len(shape) != 2:
            raise ShapeError(f"LoRA is for matrices, and {name} of {type(module).__name__} has shape {shape}")
    model.requires_grad_(False)
    for module, name in found:
        register_parametrization(module, name, LowRank(getattr(module, name), rank, rank if alpha is None else alpha))
    return model


def merge_lora(model):
    """Put what LoRA learned into the weights, in place: the same outputs, and the old names of parameters.

    Returns
    -------
    Module
        The model, all of whose parameters learn again.
    """
    for module in list(model.modules()):
        for name in list(getattr(module, "parametrizations", {})):
            if isinstance(module.parametrizations[name][0], LowRank):
                remove_parametrizations(module, name, leave_parametrized=True)
    return model.requires_grad_(True)


def _weights(model, layers, names):
    """(module, name) of each parameter that LoRA shall change."""
    for module in model.modules():
        if isinstance(module, layers):
            yield from ((module, name) for name in names if getattr(module, name, None) is not None)
