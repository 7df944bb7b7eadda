"""Exercises of chapter 05, an engine of one's own."""

import math
import random

import minidl as md
from minidl.course.exercise import Derivative, Exercise, Experiment, Function, Mistake, Word


def outputs():
    """Outputs of a sigmoid."""
    return [(0.5,), (0.9,), (0.02,)]


def order_problem(order):
    """What is wrong with an order in which to go back through z = (a b + a)²."""
    users = {"p": ["s"], "s": ["z"], "a": ["p", "s"], "b": ["p"], "z": []}
    order = [str(name) for name in order]
    if sorted(order) != sorted(users):
        return "Name each of z, s, p, a and b once."
    for name in order:
        late = [user for user in users[name] if order.index(user) > order.index(name)]
        if late:
            return f"{name} comes before {late[0]}, which still has a gradient to pass back to it."
    return ""


def engine_problem(value):
    """What is wrong with a learner's class of values: its gradients are compared with minidl's on random expressions."""
    random.seed(7)
    for _ in range(20):
        numbers = [random.uniform(-2, 2) for _ in range(3)]
        own = [value(v) for v in numbers]
        reference = [md.tensor(v, dtype=md.float64, requires_grad=True) for v in numbers]
        expression = random.choice(EXPRESSIONS)
        result, expected = expression(*own), expression(*reference)
        result.backward()
        expected.backward()
        if abs(result.data - expected.item()) > 1e-12:
            return f"A value is {result.data:.6g}, and minidl has {expected.item():.6g}."
        for mine, theirs in zip(own, reference, strict=True):
            exact = 0.0 if theirs.grad is None else theirs.grad.item()
            if abs(mine.grad - exact) > 1e-12 * max(1.0, abs(exact)):
                return (
                    f"A gradient is {mine.grad:.6g}, and minidl has {exact:.6g}. Are the parts added where branches meet, "
                    "and is every node visited after all that use it?"
                )
    return ""


EXPRESSIONS = [
    lambda a, b, c: a * b + c,
    lambda a, b, c: (a * b + a) * a,
    lambda a, b, c: (a + b * c).tanh() * b,
    lambda a, b, c: ((a * a + b * b) * (a + c) + a).tanh(),
]


class Overwriting:
    """An engine with a mistake: gradients are set where they should be added."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.parents, self.local, self.grad = float(data), parents, local, 0.0

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        """Squeeze between -1 and 1."""
        y = math.tanh(self.data)
        return type(self)(y, (self,), (1 - y * y,))

    def backward(self):
        """Go back, and overwrite."""
        self.grad = 1.0
        waiting = [self]
        for node in waiting:
            for parent, slope in zip(node.parents, node.local, strict=True):
                parent.grad = node.grad * slope
                waiting.append(parent)


class WrongProduct(Overwriting):
    """An engine with another mistake: the values of a product are wrong."""

    def __mul__(self, other):
        return type(self)(self.data * other.data + 1.0, (self, other), (other.data, self.data))


EXERCISES = {
    "ex1": Exercise(
        "Local derivatives of a quotient", Derivative(lambda: [(1.0, 2.0), (-3.0, 0.5)]), lambda a, b: a / b,
        wrong=[
            (Mistake(lambda a, b: (1 / b, a / b**2)), "The sign of the second: a larger b makes the quotient smaller."),
            (Mistake(lambda a, b: (1 / b, -1 / b**2)), "The second is -1/b², times a."),
            (Mistake(lambda a, b: (b, a)), "Those are the local derivatives of a product."),
        ],
        hint="a/b is a · b⁻¹: along a it is 1/b, along b it is -a/b².",
    ),
    "ex2": Exercise(
        "The slope of a sigmoid from its output", Function(outputs), lambda y: y * (1 - y),
        wrong=[
            (lambda y: 1 - y * y, "That is the slope of tanh."),
            (lambda y: y * (y - 1), "The sign: a sigmoid always rises."),
            (lambda y: 1 - y, "Multiply by y as well."),
        ],
        hint="For y = σ(x) the slope is y (1 - y); the input is not needed any more.",
    ),
    "ex3": Exercise(
        "An order for the way back", Experiment(order_problem), None,
        wrong=[
            (("a", "b", "p", "s", "z"), "a comes before p"),
            (("z", "p", "s", "a", "b"), "p comes before s"),
        ],
        praise="Any order will do in which every node comes after all that use it.",
    ),
    "ex4": Exercise(
        "Find the bug", Word("a", "b", "c"), "b",
        wrong=[
            ("a", "The way back does begin with a gradient of 1."),
            ("c", "Latest first is right: so every node has its whole gradient before it passes it on."),
        ],
        hint="What happens to a node that is used twice?",
        praise="With = the last branch wins; with += branches add up.",
    ),
    "ex5": Exercise(
        "Your engine against minidl", Experiment(engine_problem), None,
        wrong=[
            (Overwriting, "A gradient is"),
            (WrongProduct, "A value is"),
        ],
        praise="Twenty random expressions agree to twelve digits.",
    ),
}  # fmt: skip
