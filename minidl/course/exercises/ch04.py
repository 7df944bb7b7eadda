"""Exercises of chapter 04, backward."""

import math

import minidl as md
from minidl.course.exercise import Derivative, Exercise, Function, Mistake, Number, Shape


def products():
    """Inputs, square weights, and the gradient that arrives at the output."""
    generator = md.random.Generator()
    generator.manual_seed(5)
    draw = lambda *shape: md.randn(*shape, generator=generator)
    return [(draw(3, 3), draw(3, 3), draw(3, 3)), (draw(2, 2), draw(2, 2), draw(2, 2))]


def batches():
    """Scores and the right classes."""
    generator = md.random.Generator()
    generator.manual_seed(6)
    return [
        (md.randn(4, 3, generator=generator), md.tensor([0, 2, 1, 1])),
        (md.randn(2, 5, generator=generator), md.tensor([4, 0])),
    ]


def score_slope(scores, labels, dim=1):
    """Softmax minus the truth, divided by the number of examples."""
    return (scores.softmax(dim=dim) - md.nn.functional.one_hot(labels, scores.shape[1])) / len(labels)


EXERCISES = {
    "ex1": Exercise(
        "What flows back through a product", Number(), -12.0,
        wrong=[
            (-3.0, "That is the local derivative, b. Multiply it by what flows in."),
            (8.0, "That is what flows back to b. To a flows the gradient times b."),
            (12.0, "The sign: b is negative."),
            (4.0, "That is what flows in. On its way through the product it is multiplied by b."),
        ],
        hint="What flows in, times the local derivative: 4 · b.",
    ),
    "ex2": Exercise(
        "Where branches meet", Number(), 11.0,
        wrong=[
            (6.0, "That is one branch, x². The other branch, 5x, adds its own gradient."),
            (5.0, "That is one branch, 5x. The other branch, x², adds its own gradient."),
            (30.0, "Along a chain slopes are multiplied. Where branches meet they are added."),
        ],
        hint="Two ways lead from x to y. Find the slope of each, and add.",
    ),
    "ex3": Exercise(
        "The shape of a gradient", Shape(), (64, 784),
        wrong=[
            ((784, 64), "Turned the wrong way: a gradient has the shape of its own tensor, and the weight is (64, 784)."),
            ((32, 784), "That is the shape of the input."),
            ((32, 64), "That is the shape of the output."),
        ],
        hint="A gradient says for every element how the loss changes with it: it has the shape of its tensor.",
    ),
    "ex4": Exercise(
        "The slope of a neuron", Derivative(lambda: [(0.5, 2.0, -1.0), (-0.3, 1.5, 0.7)]),
        lambda w, x, b: math.tanh(w * x + b),
        wrong=[
            (
                Mistake(lambda w, x, b: (x, w, 1.0)),
                "The slope of tanh is missing. It is 1 - tanh², and multiplies all three.",
            ),
            (
                Mistake(lambda w, x, b: tuple((1 - math.tanh(w * x + b) ** 2) * v for v in (w, x, 1.0))),
                "Along w the inside grows with x, and along x it grows with w: these two are exchanged.",
            ),
            (
                Mistake(lambda w, x, b: tuple((1 - math.tanh(w * x + b)) * v for v in (x, w, 1.0))),
                "The slope of tanh is 1 - tanh squared.",
            ),
        ],
        hint="With y = tanh(wx + b), the slope of the outside is 1 - y². Return three numbers: along w, x and b.",
    ),
    "ex5": Exercise(
        "Backward through a product of matrices", Function(products), lambda X, W, G: (G @ W, G.T @ X),
        wrong=[
            (lambda X, W, G: (G @ W.T, G.T @ X), "Y = X Wᵀ turns W already; on the way back it is not turned: G @ W."),
            (lambda X, W, G: (G @ W, X.T @ G), "That is the gradient of Wᵀ: turn it."),
            (lambda X, W, G: (G.T @ X, G @ W), "Both are right, in the wrong order: first that of X."),
        ],
        hint="Look at the shapes: with G of (n, out) and W of (out, in), only G @ W is (n, in).",
    ),
    "ex6": Exercise(
        "Softmax minus the truth", Function(batches), score_slope,
        wrong=[
            (lambda s, labels: score_slope(s, labels) * len(labels), "The loss is a mean: divide by how many there are."),
            (lambda s, labels: -score_slope(s, labels), "The sign: the probability of a wrong class must be pushed down."),
            (lambda s, labels: score_slope(s, labels, dim=0), "The probabilities of one example are a row: dim=1."),
            (lambda s, labels: s.softmax(dim=1) / len(labels), "The truth is missing: subtract 1 at the right class."),
        ],
        hint="scores.softmax(dim=1), minus md.nn.functional.one_hot(labels, classes), divided by the number of examples.",
        praise="The most used gradient in all of deep learning.",
    ),
}  # fmt: skip
