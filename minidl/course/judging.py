"""Judges that several exercises share: how well a learner's network reads the digits put aside for choosing."""

import math
from contextlib import contextmanager
from functools import cache

import numpy as np

from minidl.data import digits
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.nn.modes import evaluating

LEARN, CHOOSE = 6000, 8000  # digits 0 to 5,999 are learned from, the 2,000 after them judge; the test set stays closed
TOO_GOOD = 0.985  # the best networks of the course read 98 % of them


@cache
def validation():
    """Images and labels of the validation set."""
    train, _ = digits()
    return train.images[LEARN:CHOOSE], train.labels[LEARN:CHOOSE]


def reading_problem(model, least):
    """Why a network does not read well enough: a sentence, or "" if it does.

    It is judged in evaluation mode, and left in the mode in which it came.

    Parameters
    ----------
    model : Module or callable
    least : float
        The share of the validation set that it must read.
    """
    if not callable(model):
        return f"Hand over the trained network itself; this is a {type(model).__name__}."
    images, labels = validation()
    with evaluating(model), no_grad():
        scores = model(images)
    if tuple(scores.shape) != (len(labels), 10):
        return f"Ten scores are asked for each image, so (2000, 10) for 2,000 images; it gives {tuple(scores.shape)}."
    share = (scores.argmax(dim=1) == labels).float().mean().item()
    if share < 0.5:
        return f"It reads {share:.1%} of the validation set: is it trained?"
    if share < least:
        return f"It reads {short_of(share, 1)} of the validation set, and {least:.1%} are asked for."
    if share > TOO_GOOD:
        return f"It reads {share:.1%}, which is too good: did it learn from the validation set (digits 6,000 to 7,999)?"
    return ""


def short_of(share, places=0):
    """A share that is not enough, in percent: rounded down, so that it never looks like what was asked for.

    >>> short_of(0.7996), short_of(0.84996, 1)
    ('79%', '84.9%')
    """
    scale = 10 ** (2 + places)
    return f"{math.floor(share * scale + 1e-6) / scale:.{places}%}"


def size_problem(model, most):
    """Why a network is too large: a sentence, or "" if it is not.

    What it keeps beside its weights counts as well: a network that has the training set, or the answers, in a buffer or an
    attribute would be small, and know everything.

    Parameters
    ----------
    model : Module
    most : int
        How many weights it may have, and how many other numbers.
    """
    weights = sum(p.numel() for p in model.parameters())
    if weights > most:
        return f"It has {weights:,} weights, and at most {most:,} are allowed."
    beside = kept_beside(model)
    if beside > most:
        return f"It keeps {beside:,} numbers beside its weights, and at most {most:,} are allowed: is that data?"
    return ""


@contextmanager
def without_weights(model):
    """A network whose weights are 0 for a while: what it still knows, it has not learned."""
    kept = [weight.detach().clone() for weight in model.parameters()]
    try:
        with no_grad():
            for weight in model.parameters():
                weight.zero_()
        yield
    finally:
        with no_grad():
            for weight, values in zip(model.parameters(), kept, strict=True):
                weight.copy_(values)


def kept_beside(model):
    """How many numbers a model keeps beside its weights, in buffers and attributes.

    >>> from minidl import nn
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))  # a batch norm counts its batches, too
    >>> kept_beside(model)
    9
    """
    known = {id(tensor) for tensor in [*model.parameters(), *model.buffers()]}
    attributes = [value for part in model.modules() for value in vars(part).values() if id(value) not in known]
    return sum(b.numel() for b in model.buffers()) + sum(map(numbers_in, attributes))


def numbers_in(value):
    """How many numbers of arrays and tensors a value holds, in lists, tuples and dicts, too.

    >>> numbers_in([np.zeros((2, 3)), {"a": Tensor([1.0, 2.0])}, "text"])
    8
    """
    if isinstance(value, Tensor | np.ndarray):
        return int(np.prod(value.shape))
    if isinstance(value, dict):
        return sum(map(numbers_in, value.values()))
    return sum(map(numbers_in, value)) if isinstance(value, list | tuple) else 0
