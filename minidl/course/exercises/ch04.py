"""Exercises of chapter 04, backward."""

import math
from functools import partial

import minidl as md
from minidl.course.exercise import Derivative, Exercise, Function, Mistake, Number, Shape
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction("What is the slope of z along a, at a = 2 and b = -3?", close=0.01),
    "p2": Prediction(
        "The batch is made twice as large. How much is then kept for the way back?",
        choices=("the same", "twice as much", "four times as much"),
    ),
    "p3": Prediction("What is the gradient after the third call?", close=0.01),
}


def products():
    """Inputs, square weights, and the gradient that arrives at the output."""
    generator = md.random.Generator()
    generator.manual_seed(5)
    draw = lambda *shape: md.randn(*shape, generator=generator)
    return [(draw(3, 3), draw(3, 3), draw(3, 3)), (draw(2, 2), draw(2, 2), draw(2, 2))]


def layers():
    """Inputs, square weights, biases, and the gradient that arrives; ReLU lets numbers of both signs of it through."""
    return [(X, W, X[0] + 1.5, G) for X, W, G in products()]


def layer_slopes(X, W, b, G, gate=True, turn=True):
    """Backward through a layer with ReLU, or with something wrong."""
    inside = X @ W.T + b
    passed = G * (inside > 0).float() if gate else G
    return passed @ (W if turn else W.T), passed.T @ X, passed.sum(dim=0)


EXERCISES = {
    "ex1": Exercise(
        "What flows back through a product",
        Number(),
        -12.0,
        wrong=[
            (-3.0, "That is the local derivative, b. Multiply it by what flows in."),
            (8.0, "That is what flows back to b. To a flows the gradient times b."),
            (12.0, "The sign: b is negative."),
            (-24.0, "The factor a plays no part on the way to a: the local derivative along a is b alone."),
            (4.0, "That is what flows in. On its way through the product it is multiplied by b."),
        ],
        hint="What flows in, times the local derivative: 4 · b.",
    ),
    "ex2": Exercise(
        "Where branches meet",
        Number(),
        11.0,
        wrong=[
            (6.0, "That is one branch, x². The other branch, 5x, adds its own gradient."),
            (5.0, "That is one branch, 5x. The other branch, x², adds its own gradient."),
            (24.0, "That is y itself. Its slope is asked for."),
            (30.0, "Along a chain slopes are multiplied. Where branches meet they are added."),
        ],
        hint="Two ways lead from x to y. Find the slope of each, and add.",
    ),
    "ex3": Exercise(
        "The shape of a gradient",
        Shape(),
        (64, 784),
        wrong=[
            ((784, 64), "Turned the wrong way: a gradient has the shape of its own tensor, and the weight is (64, 784)."),
            ((32, 784), "That is the shape of the input."),
            ((32, 64), "That is the shape of the output."),
        ],
        hint="A gradient says for every element how the loss changes with it: it has the shape of its tensor.",
    ),
    "ex4": Exercise(
        "The slope of a neuron",
        Derivative(lambda: [(0.5, 2.0, -1.0), (-0.3, 1.5, 0.7)]),
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
        "Backward through a product of matrices",
        Function(products),
        lambda X, W, G: (G @ W, G.T @ X),
        wrong=[
            (lambda X, W, G: (G @ W.T, G.T @ X), "Y = X Wᵀ turns W already; on the way back it is not turned: G @ W."),
            (lambda X, W, G: (G @ W, X.T @ G), "That is the gradient of Wᵀ: turn it."),
            (lambda X, W, G: G @ W, "That is the gradient of X. Return that of W as well."),
            (lambda X, W, G: (G.T @ X, G @ W), "Both are right, in the wrong order: first that of X."),
        ],
        hint="Look at the shapes: with G of (n, out) and W of (out, in), only G @ W is (n, in). Return two: of X, of W.",
    ),
    "ex6": Exercise(
        "Backward through a whole layer",
        Function(layers),
        layer_slopes,
        wrong=[
            (
                partial(layer_slopes, gate=False),
                "ReLU has closed some ways: multiply G by 1 where X Wᵀ + b is positive, by 0 elsewhere.",
            ),
            (
                lambda X, W, b, G: layer_slopes(X, W, 0.0, G),
                "Whether ReLU lets a number through depends on the bias, too: X Wᵀ + b is positive, or not.",
            ),
            (
                lambda X, W, b, G: layer_slopes(X, W, b, G)[:2],
                "Those are the gradients of X and W. Return that of b as well.",
            ),
            (partial(layer_slopes, turn=False), "The gradient of X is the one that came through ReLU, times W: not turned."),
            (
                lambda X, W, b, G: (*layer_slopes(X, W, b, G)[:2], layer_slopes(X, W, b, G)[2] / len(X)),
                "The bias is used by every example: its gradient is the sum over the batch, not the mean.",
            ),
            (
                lambda X, W, b, G: (*layer_slopes(X, W, b, G)[:2], G.sum(dim=0)),
                "The bias sits before ReLU as well: sum what came through, not G.",
            ),
        ],
        hint="First through ReLU: P = G * (X @ W.T + b > 0).float(). Then P @ W, P.T @ X and P.sum(dim=0).",
        praise="That is all that a layer does on the way back.",
    ),
}
