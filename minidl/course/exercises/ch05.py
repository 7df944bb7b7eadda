"""Exercises of chapter 05, an engine of one's own."""

import math
import random

import minidl as md
from minidl.course.exercise import Derivative, Exercise, Experiment, Function, Mistake, Word
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction(
        "u is visited before the square. Which gradients come out wrong?",
        choices=("none", "that of u", "those of a and b, not that of u"),
    ),
    "p2": Prediction("To how many digits will the two engines agree?", choices=("about 3", "about 7", "12 or more")),
    "p3": Prediction("u = u + u, 15 times in a row. How many visits does that take, when each part is passed on by itself?"),
}


def outputs():
    """Outputs of a sigmoid."""
    return [(0.5,), (0.9,), (0.02,)]


def order_problem(order):
    """What is wrong with an order in which to go back through z = (a b + a)². Leaves pass nothing on: they come anywhere."""
    if isinstance(order, set | frozenset):
        return "A set has no order. Hand over a list."
    order = [letter for letter in order if letter.isalpha()] if isinstance(order, str) else [str(name) for name in order]
    if sorted(order) != sorted("zspab"):
        return "Name each of z, s, p, a and b once."
    for name, user in (("s", "z"), ("p", "s")):
        if order.index(user) > order.index(name):
            return f"{name} comes before {user}, which still has a gradient to pass back to it."
    return ""


def program(draw, steps=8):
    """A random expression of a, b and c, in which what was computed is used again and again.

    Returns a function of three values; with the same values it does the same each time.
    """
    plan = [(draw.choice("+-**e"), draw.random(), draw.random()) for _ in range(steps)]

    def expression(*inputs):
        made = list(inputs)
        for sign, first, second in plan:
            x, y = made[int(first * len(made))], made[-1 - int(second * min(3, len(made)))]
            if sign == "e" and abs(number_of(x)) < 2:
                made.append(x.exp())
            else:
                made.append(x + y if sign == "+" else x - y if sign == "-" else x * y)
        return made[-1] + made[-2] * made[-3] - made[-1] * made[-2]

    return expression


def number_of(value):
    """The number in a learner's value, or in a tensor."""
    return float(value.data)


def shared(a, b, c):
    """A node that is used twice, and passes on what it gets."""
    u = a * b
    return u + u * c


def engine_problem(value):
    """What is wrong with a learner's class of values: its gradients are compared with minidl's on random expressions."""
    if not isinstance(value, type):
        return f"Hand over the class itself, without brackets; this is a {type(value).__name__}."
    if md.Tensor in value.__mro__:
        return "This is minidl's own tensor. Build the engine from plain numbers."
    missing = [name for name in ("__add__", "__sub__", "__mul__", "exp", "backward") if not hasattr(value, name)]
    if missing:
        return f"Your class has no {missing[0]}."
    draw = random.Random(7)
    tried = [("a + a", lambda a, b, c: a + a), ("u + u c with u = a b", shared)]
    for name, expression in [*tried, *(("some expression", program(draw)) for _ in range(200))]:
        numbers = [draw.uniform(-1.5, 1.5) for _ in range(3)]
        own = [value(v) for v in numbers]
        reference = [md.tensor(v, dtype=md.float64, requires_grad=True) for v in numbers]
        expected = expression(*reference)
        expected.backward()
        with md.no_grad():  # an engine of one's own does not let minidl find its gradients
            result = expression(*own)
            if not close(number_of(result), expected.item()):
                return f"A value is {number_of(result):.6g}, and minidl has {expected.item():.6g}."
            try:
                result.backward()
            except md.errors.GraphError:
                return "Your engine asks minidl for its gradients. Keep the parents and the local slopes yourself."
        for mine, theirs in zip(own, reference, strict=True):
            found, exact = (0.0 if v.grad is None else float(v.grad) for v in (mine, theirs))  # None: not used at all
            if not close(found, exact):
                return (
                    f"Of {name}, a gradient is {found:.6g}, and minidl has {exact:.6g}. Are the parts added where "
                    "branches meet, and is every node visited once, after all that use it?"
                )
    return ""


def close(mine, exact):
    """Whether two numbers agree to nine digits."""
    return abs(mine - exact) <= 1e-9 * max(1.0, abs(exact))


class Overwriting:
    """An engine with a mistake: gradients are set where they should be added."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.parents, self.local, self.grad = float(data), parents, local, 0.0

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        return type(self)(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def exp(self):
        """The exponential function."""
        y = math.exp(self.data)
        return type(self)(y, (self,), (y,))

    def backward(self):
        """Go back, and overwrite."""
        self.grad = 1.0
        waiting = [self]
        for node in waiting:
            for parent, slope in zip(node.parents, node.local, strict=True):
                parent.grad = node.grad * slope
                waiting.append(parent)


class Hasty(Overwriting):
    """An engine that is right until a node with parents is used twice: it passes on, again, what it passed on before."""

    def backward(self, gradient=1.0):
        """Add, and pass all of it on at once."""
        self.grad += gradient
        for parent, slope in zip(self.parents, self.local, strict=True):
            parent.backward(self.grad * slope)


class WrongProduct(Hasty):
    """An engine with another mistake: the values of a product are wrong."""

    def __mul__(self, other):
        return type(self)(self.data * other.data + 1.0, (self, other), (other.data, self.data))


class Borrowed(md.Tensor):
    """No engine: minidl's own tensor under another name."""


class Wrapped:
    """No engine either: minidl's tensor inside a class."""

    def __init__(self, data):
        self.inside = data if isinstance(data, md.Tensor) else md.tensor(data, dtype=md.float64, requires_grad=True)

    data = property(lambda self: self.inside.item())
    grad = property(lambda self: 0.0 if self.inside.grad is None else self.inside.grad.item())
    __add__ = lambda self, other: Wrapped(self.inside + other.inside)
    __sub__ = lambda self, other: Wrapped(self.inside - other.inside)
    __mul__ = lambda self, other: Wrapped(self.inside * other.inside)

    def exp(self):
        """minidl's."""
        return Wrapped(self.inside.exp())

    def backward(self):
        """minidl's."""
        self.inside.backward()


class WithoutExp:
    """An engine like the chapter's, which knows no exp."""

    __add__ = __sub__ = __mul__ = backward = lambda self, *given: self


EXERCISES = {
    "ex1": Exercise(
        "Local derivatives of a quotient",
        Derivative(lambda: [(1.0, 2.0), (-3.0, 0.5)]),
        lambda a, b: a / b,
        wrong=[
            (Mistake(lambda a, b: (1 / b, a / b**2)), "The sign of the second: a larger b makes the quotient smaller."),
            (Mistake(lambda a, b: (1 / b, -1 / b**2)), "The second is -1/b², times a."),
            (Mistake(lambda a, b: (-a / b**2, 1 / b)), "Both are right, in the wrong order: first the one along a."),
            (Mistake(lambda a, b: 1 / b), "That is the one along a. Return the one along b as well."),
            (Mistake(lambda a, b: (b, a)), "Those are the local derivatives of a product."),
        ],
        hint="a/b is a · b⁻¹: along a it is 1/b, along b it is -a/b².",
    ),
    "ex2": Exercise(
        "The slope of a sigmoid from its output",
        Function(outputs),
        lambda y: y * (1 - y),
        wrong=[
            (lambda y: 1 - y * y, "That is the slope of tanh."),
            (lambda y: y * (y - 1), "The sign: a sigmoid always rises."),
            (
                lambda y: math.exp(-y) / (1 + math.exp(-y)) ** 2,
                "That takes y for the input. It is the output already: nothing is left to be computed with exp.",
            ),
            (lambda y: 1 - y, "Multiply by y as well."),
        ],
        hint="For y = σ(x) the slope is y (1 - y); the input is not needed any more.",
    ),
    "ex3": Exercise(
        "An order for the way back",
        Experiment(order_problem),
        None,
        wrong=[
            (("a", "b", "p", "s", "z"), "s comes before z"),
            (("z", "p", "s", "a", "b"), "p comes before s"),
            (("z", "s", "p"), "Name each of"),
            ({"z", "s", "p", "a", "b"}, "A set has no order"),
        ],
        praise="Any order will do in which s and p come after all that use them; a and b pass nothing on.",
    ),
    "ex4": Exercise(
        "Find the bug",
        Word("a", "b", "c"),
        "c",
        wrong=[
            ("a", "The way back does begin with a gradient of 1."),
            ("b", "Latest first is right: so every node has its whole gradient before it passes it on."),
        ],
        hint="What happens to a node that is used twice?",
        praise="With = the last branch wins; with += branches add up.",
    ),
    "ex5": Exercise(
        "Your engine against minidl",
        Experiment(engine_problem),
        None,
        wrong=[
            (Overwriting, "Of a + a, a gradient is"),
            (Hasty, "Of u + u c with u = a b, a gradient is"),
            (WrongProduct, "A value is"),
            (WithoutExp, "Your class has no exp"),
            (WrongProduct(1.0), "Hand over the class itself"),
            (Borrowed, "This is minidl's own tensor"),
            (Wrapped, "asks minidl for its gradients"),
        ],
        praise="Two hundred random expressions agree to nine digits.",
    ),
}
