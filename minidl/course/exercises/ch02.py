"""Exercises of chapter 02, the slope of things."""

import math

from minidl.course.exercise import Derivative, Exercise, Function, Mistake, Number
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction("Where on the curve x² is the slope 1? Say at which x.", close=0.5),
    "p2": Prediction(
        "The step h gets smaller and smaller, from 0.1 to 0.00000000000001. How does the result change?",
        choices=("better and better", "better, then always the same", "better, then worse again"),
    ),
    "p3": Prediction("What is the slope of (3x + 1)² at x = 2?", close=0.01),
}


def places():
    """Where derivatives of one variable are compared."""
    return [(0.3,), (-1.2,), (2.0,)]


def pairs():
    """Where derivatives of two variables are compared."""
    return [(0.5, 2.0), (-1.0, 0.7)]


def quotients():
    """Functions, places and steps for a difference quotient."""
    return [(math.sin, 0.4, 1e-3), (math.exp, 1.0, 1e-2), (lambda x: x**3, -1.0, 0.1)]


EXERCISES = {
    "ex1": Exercise(
        "The slope of a parabola",
        Number(),
        6.0,
        wrong=[
            (9.0, "That is the height of the curve. Its slope is 2x."),
            (2.0, "The derivative of x² is 2x, and x is 3 here."),
            (3.0, "That is x. The slope is twice as large."),
        ],
        hint="The derivative of x² is 2x.",
    ),
    "ex2": Exercise(
        "A central difference",
        Function(quotients),
        lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        wrong=[
            (lambda f, x, h: (f(x + h) - f(x - h)) / h, "From x - h to x + h it is two steps: divide by 2h."),
            (lambda f, x, h: (f(x + h) - f(x)) / h, "That goes to one side only. Go to both: f(x + h) - f(x - h)."),
            (lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h, "Python divides by 2 and multiplies by h: brackets, / (2 * h)."),
            (lambda f, x, h: (f(x) - f(x - h)) / h, "That goes to the left only. Go to both sides: f(x + h) - f(x - h)."),
            (lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / h, "Those are half steps. Go a whole h to each side."),
            (lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h), "The sign: right minus left."),
        ],
        hint="Rise over run: how much f grows between x - h and x + h, divided by the distance.",
    ),
    "ex3": Exercise(
        "The product rule",
        Derivative(places),
        lambda x: x**2 * math.sin(x),
        wrong=[
            (Mistake(lambda x: 2 * x * math.cos(x)), "The derivative of a product is not the product of the derivatives."),
            (Mistake(lambda x: 2 * x * math.sin(x)), "The second half is missing: x² times the derivative of sin x."),
            (Mistake(lambda x: x**2 * math.cos(x)), "The first half is missing: the derivative of x², times sin x."),
            (Mistake(lambda x: 2 * x * math.sin(x) + math.cos(x)), "In the second half x² stands still: it is x² cos x."),
            (Mistake(lambda x: 2 * x * math.sin(x) - x**2 * math.cos(x)), "The derivative of sin is +cos."),
        ],
        hint="(u v)' = u' v + u v', with u = x² and v = sin x.",
    ),
    "ex4": Exercise(
        "The chain rule",
        Derivative(places),
        lambda x: math.exp(-(x**2)),
        wrong=[
            (Mistake(lambda x: math.exp(-(x**2))), "The outer derivative is right. Multiply by that of the inside, -x²."),
            (Mistake(lambda x: 2 * x * math.exp(-(x**2))), "The sign: the derivative of -x² is -2x."),
            (
                Mistake(lambda x: -(x**2) * math.exp(-(x**2) - 1)),
                "The power comes down where x is the base. Here x is in the exponent, and e to the u is its own slope.",
            ),
            (
                Mistake(lambda x: math.exp(-2 * x)),
                "The inside stays as it is in the outer function: e to the -x², times -2x.",
            ),
            (Mistake(lambda x: -2 * x * math.exp(-2 * x)), "The inside stays as it is in the outer function: e to the -x²."),
        ],
        hint="Outer derivative at the inside, times the derivative of the inside.",
    ),
    "ex5": Exercise(
        "Two partial derivatives",
        Derivative(pairs),
        lambda x, y: x**2 * y + 3 * y,
        wrong=[
            (Mistake(lambda x, y: (2 * x * y, x**2)), "In the second, 3y has a slope of its own: 3."),
            (Mistake(lambda x, y: (2 * x * y + 3, x**2 + 3)), "For the first, y and so 3y stand still: a slope of 0."),
            (Mistake(lambda x, y: (2 * x, x**2 + 3)), "In the first, y is a fixed number, and stays as a factor: 2xy."),
            (
                Mistake(lambda x, y: 2 * x * y + x**2 + 3),
                "Do not add them: two numbers are asked for, one for each direction.",
            ),
            (Mistake(lambda x, y: (x**2 + 3, 2 * x * y)), "Both are right, in the wrong order: first the one for x."),
        ],
        hint="For each, treat the other variable as a fixed number. Return both as (along x, along y).",
    ),
}
