"""Exercises of chapter 28, moving on."""

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Function, Number, Shape, same_values
from minidl.course.predicting import Prediction

STEPS = [((3, 3), 0.1, 0.9), ((4,), 0.02, 0.5), ((3, 3), 0.1, 0.9)]  # twice alike, so that a memory would show
CHANGED = "Your function changes what it was given: make new tensors, with weights - ..., not weights -= ..."

PREDICTIONS = {
    "p1": Prediction(
        "The same weights, the same sixty batches, four libraries. By how much do the losses of PyTorch, TensorFlow and JAX "
        "differ from minidl's, at most?",
        choices=(
            "by nothing, digit for digit",
            "in the seventh digit or so",
            "in the third digit or so",
            "they have little in common",
        ),
    ),
    "p2": Prediction(
        "Keras reports 0.84 at the end, the others 0.48. Why?",
        choices=("it learned worse", "it has other defaults", "it reports something else"),
    ),
    "p3": Prediction(
        "Keras's weights in minidl: the kernel is transposed, every shape fits. How many of 500 digits are read right?",
        unit="of 500",
        close=0.2,
    ),
}


def dense_layers():
    """Dense layers behind a flattened picture, as Keras keeps them, with channels, height and width of the picture."""
    random = np.random.RandomState(28)
    draw = lambda c, h, w, out: (md.tensor(random.randn(h * w * c, out).astype(np.float32)), c, h, w)
    return [draw(3, 3, 3, 27), draw(2, 3, 4, 5), draw(4, 2, 2, 16)]


def for_pytorch(kernel, channels, height, width):
    """The weight of a linear layer behind a picture whose channels come first."""
    out = kernel.shape[1]
    return kernel.T.reshape(out, height, width, channels).permute(0, 3, 1, 2).reshape(out, -1)


def channels_first_already(kernel, channels, height, width):
    """What one gets who reads the picture as channels, height, width."""
    out = kernel.shape[1]
    return kernel.T.reshape(out, channels, height, width).permute(0, 2, 3, 1).reshape(out, -1)


def reshaped(kernel, channels, height, width):
    """What one gets who has the right shape, and the numbers in the wrong places."""
    return kernel.reshape(kernel.shape[1], -1)


class WithoutMemory(Function):
    """A function that leaves what it is given as it was."""

    def problem(self, answer):
        """Why this is no such function."""
        if said := super().problem(answer):
            return said
        for arguments, before in zip(self.cases(), self.cases(), strict=True):
            answer(*arguments)
            if not same_values(arguments, before, 0.0):
                return CHANGED
        return ""


class Remembering:
    """An optimiser that goes on with the speeds it was given first: ways to fool the judge."""

    def __init__(self):
        self.speeds = {}

    def __call__(self, weights, speeds, gradients, lr, momentum):
        """A step with the speeds of the first call for weights of this shape."""
        speeds = self.speeds.setdefault(weights.shape, speeds)
        return weights - lr * (momentum * speeds + gradients), momentum * speeds + gradients


def changing_weights(weights, speeds, gradients, lr, momentum):
    """A step as an optimiser of PyTorch makes it: in place."""
    speeds.mul_(momentum).add_(gradients)
    weights.sub_(lr * speeds)
    return weights, speeds


def optimizer_states():
    """Weights, speeds, gradients, learning rate, momentum."""
    random = np.random.RandomState(29)
    draw = lambda *shape: md.tensor(random.randn(*shape).astype(np.float32))
    return [(draw(*shape), draw(*shape), draw(*shape), lr, m) for shape, lr, m in STEPS]


def new_state(weights, speeds, gradients, lr, momentum):
    """A step of SGD with momentum as a pure function."""
    speeds = momentum * speeds + gradients
    return weights - lr * speeds, speeds


EXERCISES = {
    "ex1": Exercise(
        "From means to losses",
        Number(),
        0.70,
        wrong=[
            (1.10, "That is the mean of all five. What did the fifth batch add to it?"),
            (1.00, "The mean fell by 0.10, but it is a mean of *five*: the fifth loss lies further below 1.20 than that."),
            (0.60, "The first four have a sum of 4 × 1.20, all five one of 5 × 1.10."),
            (1.30, "The mean fell, so the fifth loss lies below it."),
        ],
        hint="Sum of five: 5 × 1.10. Sum of four: 4 × 1.20. The fifth is what lies between them.",
    ),
    "ex2": Exercise(
        "Filters that move",
        Shape(),
        (5, 5, 16, 32),
        wrong=[
            ((5, 5, 32, 16), "Keras keeps channels in, then channels out."),
            ((32, 5, 5, 16), "That would be the order of a batch of images; filters end with channels in and out."),
            ((32, 16, 5, 5), "That is PyTorch's own order."),
            ((16, 32, 5, 5), "Height and width come first in Keras."),
        ],
        hint="Height, width, channels in, channels out.",
    ),
    "ex3": Exercise(
        "A dense layer that moves",
        Function(dense_layers),
        for_pytorch,
        wrong=[
            (
                lambda kernel, channels, height, width: kernel.T,
                "Every shape fits, and the numbers meet the wrong pixels. Bring the channels to the front, too.",
            ),
            (
                channels_first_already,
                "Behind Keras's Flatten the order is height, width, channels: reshape to that, then permute.",
            ),
            (reshaped, "reshape does not transpose: it reads the same numbers in the same order, with other breaks."),
        ],
        hint="Transpose, reshape to (out, height, width, channels), permute to (out, channels, height, width), flatten.",
    ),
    "ex4": Exercise(
        "A step without memory",
        WithoutMemory(optimizer_states),
        new_state,
        wrong=[
            (changing_weights, CHANGED),
            (Remembering(), "speeds = momentum * speeds + gradients; then (weights - lr * speeds, speeds)."),
            (lambda w, s, g, lr, m: (w - lr * g, m * s + g), "The weights move by the *new* speed, not by the gradient."),
            (lambda w, s, g, lr, m: (w - lr * (m * s + g), s), "Hand the new speed back, too: nobody else keeps it."),
            (lambda w, s, g, lr, m: (w - lr * s, m * s + g), "First the new speed, then the step with it."),
            (
                lambda w, s, g, lr, m: (w - lr * (m * s + (1 - m) * g), m * s + (1 - m) * g),
                "That is a running mean of gradients; PyTorch's momentum adds the whole gradient.",
            ),
        ],
        hint="speeds = momentum * speeds + gradients; then (weights - lr * speeds, speeds).",
    ),
}
