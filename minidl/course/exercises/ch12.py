"""Exercises of chapter 12, convolution."""

import numpy as np

import minidl as md
from minidl import nn
from minidl.course.exercise import Exercise, Experiment, Function, Number, Shape
from minidl.course.judging import TOO_GOOD, short_of, size_problem, validation
from minidl.course.predicting import Prediction
from minidl.nn.modes import evaluating
from minidl.nn.module import Module

PREDICTIONS = {
    "p1": Prediction(
        "It reads more than 90 of 100 digits. How many when each is moved by four pixels?", unit="of 100", close=0.3
    ),
    "p2": Prediction("How many numbers does nn.Conv2d(3, 16, 5) learn?", close=0.05),
    "p3": Prediction(
        "LeNet reads more than 90 of 100. And moved by four pixels?",
        choices=("more than 90", "60 to 90", "fewer than 60"),
    ),
    "p4": Prediction(
        "One of the two stamps is covered. How sure of a nine is the network still, on average?", unit="%", close=0.1
    ),
    "p5": Prediction(
        "Now the emoji are divided at random, not by families. The nearest drawing is right ...",
        choices=("more often", "as often", "less often"),
    ),
    "p6": Prediction(
        "The trained network gets the images of the hurried one. What does it reach?",
        choices=("as much as before", "less, but more than the majority", "no more than the majority"),
    ),
}


def strided(image, kernel, stride, flip=False, size=None, step=None):
    """A convolution with a stride, or one with something wrong."""
    kernel = kernel.flip(0, 1) if flip else kernel
    h, w = kernel.shape
    step = stride if step is None else step
    rows, columns = ((n - k) // stride + 1 for n, k in zip(image.shape, (h, w), strict=True))
    rows, columns = (rows, columns) if size is None else (size(rows), size(columns))
    places = [(i * step, j * step) for i in range(rows) for j in range(columns)]
    return md.stack([(image[i : i + h, j : j + w] * kernel).sum() for i, j in places]).reshape(rows, columns)


def images_and_kernels():
    """Square images, square kernels, and a stride."""
    random = np.random.RandomState(12)
    draw = lambda n: md.tensor(random.randn(n, n).astype(np.float32))
    return [(draw(5), draw(3), 2), (draw(6), draw(2), 2), (draw(7), draw(3), 1), (draw(8), draw(3), 3)]


def images():
    """Square images with sides that can be halved."""
    random = np.random.RandomState(13)
    return [(md.tensor(random.randn(n, n).astype(np.float32)),) for n in (2, 4, 6)]


def four(x):
    """The four pixels of each window of two by two, along a last axis."""
    return md.stack([x[::2, ::2], x[::2, 1::2], x[1::2, ::2], x[1::2, 1::2]], dim=-1)


MOST_WEIGHTS, PIXELS, LEAST = 10_000, 4, 0.85


def steady_problem(model):
    """Why a network does not read moved digits well enough: a sentence, or "" if it does."""
    if not isinstance(model, Module):
        return f"Hand over the trained network itself; this is a {type(model).__name__}."
    if problem := size_problem(model, MOST_WEIGHTS):
        return problem
    pixels, labels = validation()
    wide = nn.functional.pad(pixels, (PIXELS,) * 4)
    with evaluating(model), md.no_grad():
        shares = {
            name: (model(wide[..., top : top + 28, left : left + 28]).argmax(dim=1) == labels).float().mean().item()
            for name, top, left in (
                ("up", 2 * PIXELS, PIXELS),
                ("down", 0, PIXELS),
                ("left", PIXELS, 2 * PIXELS),
                ("right", PIXELS, 0),
            )
        }
    worst = min(shares, key=shares.__getitem__)
    if shares[worst] < LEAST:
        return f"Moved {PIXELS} pixels {worst} it reads {short_of(shares[worst], 1)}, and {LEAST:.0%} are asked for."
    if shares[worst] > TOO_GOOD:
        return (
            f"It reads {shares[worst]:.1%}, which is too good: did it learn from the validation set (digits 6,000 to 7,999)?"
        )
    return ""


class ByHeart(Module):
    """The nearest of the digits to learn from: no weights, and all the answers."""

    def __init__(self):
        super().__init__()
        train, _ = md.data.digits()
        self.seen = train.images[:500].flatten(1), train.labels[:500]

    def forward(self, images):
        """Ten scores: that of the most similar digit's class."""
        known, labels = self.seen
        away = (known * known).sum(dim=1) - 2 * images.flatten(1) @ known.T
        return nn.functional.one_hot(labels[away.argmin(dim=1)], 10).float()


EXERCISES = {
    "ex1": Exercise(
        "The shape behind a convolution",
        Shape(),
        (8, 16, 16, 16),
        wrong=[
            ((8, 16, 15, 15), "The padding puts a pixel on *both* sides: 32 + 2 - 3."),
            ((8, 16, 32, 32), "The stride is 2: only every second place is looked at."),
            ((8, 3, 16, 16), "The number of channels is that of the filters."),
            ((16, 16, 16), "The batch of eight stays in front."),
            ((8, 16, 17, 17), "Round down: 31 / 2 + 1 is 16 and a half."),
        ],
        hint="Along a side: (32 + 2 * 1 - 3) / 2, rounded down, plus 1.",
    ),
    "ex2": Exercise(
        "Weights of a convolution",
        Number(1e-6),
        32 * 16 * 9 + 32,
        wrong=[
            (32 * 16 * 9, "Each of the 32 filters has a bias, too."),
            (32 * 9 + 32, "A filter looks at all 16 channels that come in."),
            (16 * 9 + 32, "That is one filter; there are 32."),
            (32 * (16 * 3 + 1), "The kernel has 3 x 3 places."),
            (32 * 16 * 9 + 16, "There is one bias for each channel that goes out."),
        ],
        hint="32 filters, each with 16 x 3 x 3 weights and a bias.",
    ),
    "ex3": Exercise(
        "A convolution with a stride",
        Function(images_and_kernels, gradient=True),
        strided,
        wrong=[
            (
                lambda x, k, s: strided(x, k, s, flip=True),
                "The kernel is turned around: that is the convolution of mathematics. Deep learning does not turn it.",
            ),
            (lambda x, k, s: strided(x, k, 1), "The stride is missing: move on by `stride` pixels each time."),
            (lambda x, k, s: strided(x, k, s, step=1), "The size is right, but the windows lie side by side: i * stride."),
            (lambda x, k, s: strided(x, k, s, size=lambda n: max(1, n - 1)), "The last row and column are missing."),
            (lambda x, k, s: strided(x, k.T, s), "The kernel is transposed."),
        ],
        hint="Window (i, j) begins at (i * stride, j * stride); multiply it with the kernel, and add up.",
    ),
    "ex4": Exercise(
        "A receptive field",
        Number(1e-6),
        18,
        wrong=[
            (3 + 2 + 3 + 2 + 3, "Sizes do not add up: after a pooling a step is two pixels wide, then four."),
            (7, "That would be three convolutions without pooling."),
            (10, "That is after the second pooling; one convolution follows, whose steps are four pixels wide."),
            (14, "After the second pooling a step is four pixels wide, not two."),
        ],
        hint="Each layer adds (kernel - 1) times the step before it: 1, then 3, 4, 8, 10, and the last one adds 2 * 4.",
    ),
    "ex5": Exercise(
        "Pooling",
        Function(images, gradient=True),
        lambda x: four(x).amax(dim=-1),
        wrong=[
            (lambda x: four(x).mean(dim=-1), "That is the mean of each window; the largest is asked for."),
            (lambda x: x[::2, ::2], "That takes the pixel in the corner, not the largest of the four."),
            (lambda x: four(x).sum(dim=-1), "That is the sum of each window; the largest is asked for."),
            (lambda x: four(x).amin(dim=-1), "That is the smallest of each window."),
            (lambda x: x.amax(), "One number for each window, not one for the whole image."),
        ],
        hint="Bring the image into the shape (n / 2, 2, n / 2, 2), and take the largest along the two axes of length 2.",
    ),
    "ex6": Exercise(
        "A steady reader",
        Experiment(steady_problem),
        None,
        wrong=[
            (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), "and 85% are asked for."),
            (nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)), "at most 10,000 are allowed"),
            (0.9, "Hand over the trained network itself"),
            (ByHeart(), "numbers beside its weights"),
            (nn.Conv2d(3, 4, 3), "That cannot be judged"),
        ],
        hint="LeNet is small enough. What did chapter 10 do to the images while a network learned?",
    ),
}
