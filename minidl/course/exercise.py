"""Exercises that answer: what is right, which mistakes are likely, and the hint that belongs to each.

An exercise knows its right answer and some typical wrong ones. How an answer is compared depends on its
kind: numbers, shapes and words as they are, functions by what they return on hidden inputs, and
derivatives by finite differences, so that every correct form is accepted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minidl.engine.tensor import Tensor


@dataclass
class Exercise:
    """One exercise.

    Attributes
    ----------
    title : str
        What it is about, for `minidl progress`.
    kind : Number, Shape, Word, Function, Derivative or Experiment
        How answers are compared.
    right : object
        The right answer.
    wrong : list of (object, str)
        Typical wrong answers, each with the hint that answers its misconception (of an `Experiment`, whose test finds
        the hint itself, a part of it).
    hint : str
        What to say to any other wrong answer.
    praise : str
        What to say to the right one.
    """

    title: str
    kind: Any
    right: Any
    wrong: list = field(default_factory=list)
    hint: str = "Look again at the cells above."
    praise: str = ""

    def is_open(self, answer):
        """Whether nothing was answered yet: ``...``, None, or a function that returns ``...``."""
        return answer is None or answer is ... or self.kind.is_open(answer)

    def judge(self, answer):
        """Whether an answer is right, and what to say to it.

        Returns
        -------
        (bool, str)
        """
        try:
            return self._judge(answer)
        except (
            Exception,
            SystemExit,
        ) as error:  # an answer may be any object, and objects can fail at anything that is done with them
            return False, f"This cannot be judged: comparing it stops with {said_by(error)}. {self.hint}"

    def _judge(self, answer):
        if isinstance(answer, Iterator):  # it can be read only once, and some never end
            return False, f"This is a {type(answer).__name__}, which gives its values one by one: hand over list(...) of it."
        problem = self.kind.problem(answer)
        if problem:
            return False, problem
        if self.kind.agree(answer, self.right):
            return True, self.praise
        for mistake, hint in self.wrong:
            if self.kind.agree(answer, mistake):
                return False, hint
        return False, self.kind.nearly(answer, self.right) or self.hint


def plain(value):
    """A tensor as an array; anything else as it is."""
    return value.array if isinstance(value, Tensor) else value


def floats(value):
    """A result as an array of floating-point numbers.

    Raises
    ------
    TypeError
        For complex numbers, of which NumPy would drop a part, and for texts, which it would read.
    """
    found = np.asarray(plain(value))
    if found.dtype.kind in "cSU":
        raise TypeError(f"no real numbers: {found.dtype}")
    return found.astype(float)


def said_by(error):
    """What an error says, in one line that is not too long; some cannot even say that."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return f"{type(error).__name__}: {shortened(text)}" if text else type(error).__name__


def shortened(text, width=120):
    """A text of at most `width` letters.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"


class Kind:
    """How answers are read and compared."""

    def is_open(self, answer):
        """Whether an answer still has its dots."""
        return False

    def nearly(self, answer, right):
        """What to say to an answer that is right but for one thing that every exercise of this kind asks for."""
        return ""


class Number(Kind):
    """A number, right to a relative `tolerance`."""

    def __init__(self, tolerance=1e-3):
        self.tolerance = tolerance

    def problem(self, answer):
        """Why this is no number."""
        try:
            shape = np.shape(plain(answer))
            if np.prod(shape) != 1:  # before it is read: it may be huge
                return f"One number is asked for, and this has shape {shape}."
            floats(answer)
        except (TypeError, ValueError):
            return f"A number is asked for, and this is a {type(answer).__name__}."
        except OverflowError:
            return "A number is asked for, and this one is larger than any that a computer can divide."
        return ""

    def agree(self, answer, other):
        """Whether two answers are the same."""
        a, b = (float(floats(v).reshape(())) for v in (answer, other))
        return bool(np.isclose(a, b, rtol=self.tolerance, atol=1e-9, equal_nan=True))


class Shape(Kind):
    """A shape, as a tuple or list of numbers."""

    def problem(self, answer):
        """Why this is no shape."""
        if isinstance(answer, Tensor | np.ndarray):
            return "The shape is asked for, not the tensor: a tuple such as (2, 3)."
        if isinstance(answer, tuple | list) and all(isinstance(n, int | np.integer) for n in answer):
            return ""
        return f"A shape is a tuple of whole numbers, such as (2, 3); this is {shortened(repr(answer))}."

    def agree(self, answer, other):
        """Whether two shapes are the same."""
        return [int(n) for n in answer] == list(other)


class Word(Kind):
    """One of a few words; capitals and spaces around do not matter."""

    def __init__(self, *choices):
        self.choices = choices

    def problem(self, answer):
        """Why this is none of the words."""
        if isinstance(answer, str) and self._read(answer) in self.choices:
            return ""
        return f"Answer with one of {', '.join(map(repr, self.choices))}."

    def agree(self, answer, other):
        """Whether two words are the same."""
        return self._read(answer) == other

    def _read(self, answer):
        return str.lower(str.strip(answer))  # a plain text, even if the answer is of a kind that equals everything


class Function(Kind):
    """A function, compared with another on hidden inputs.

    Parameters
    ----------
    cases : callable
        ``cases()`` gives a list of tuples of arguments; they are made anew each time, so that nobody can spoil them.
    gradient : bool or tuple of int
        Whether the gradients must agree as well: with respect to all floating arguments, or to those at these places.
    tolerance : float
        Relative.
    """

    def __init__(self, cases, gradient=False, tolerance=1e-4):
        self.cases, self.gradient, self.tolerance = cases, gradient, tolerance

    def is_open(self, answer):
        """Whether the function returns ``...`` still."""
        try:
            return callable(answer) and answer(*self.cases()[0]) is ...
        except (Exception, SystemExit):  # it does something, and the hint will say what is wrong
            return False

    def problem(self, answer):
        """Why this is no function that can be compared."""
        if not callable(answer):
            return f"A function is asked for, and this is a {type(answer).__name__}: hand over its name, without brackets."
        for arguments in self.cases():
            try:
                with np.errstate(all="ignore"):  # an infinite number is judged by its hint, not by a warning
                    out = answer(*arguments)
            except (Exception, SystemExit) as error:
                return f"Your function stops with {said_by(error)}"
            if out is None:
                return "Your function returns nothing: is there a return in it?"
        return ""

    def agree(self, answer, other):
        """Whether two functions return the same on every hidden input, with the same gradients."""
        try:
            with np.errstate(all="ignore"):
                return all(self._same(answer, other, a, b) for a, b in zip(self.cases(), self.cases(), strict=True))
        except (Exception, SystemExit):  # one of them cannot be differentiated, or returns something else altogether
            return False

    def nearly(self, answer, right):
        """What to say where the numbers are right and only their gradients are lost; "" elsewhere."""
        if not (self.gradient and Function(self.cases, tolerance=self.tolerance).agree(answer, right)):
            return ""
        return (
            "The numbers are right, but their gradients are not: "
            "stay with minidl's operations, without NumPy, Python's max, .item() and .detach()."
        )

    def _same(self, answer, other, arguments, copies):
        first, second = answer(*arguments), other(*copies)
        if not same_values(first, second, self.tolerance):
            return False
        if not self.gradient:
            return True
        places = range(len(arguments)) if self.gradient is True else self.gradient
        return same_values(slopes(answer, arguments, places), slopes(other, copies, places), self.tolerance)


def same_values(a, b, tolerance):
    """Whether a result `a` is like the right one, `b`: a tensor, a number, a text, or a tuple, list or dict of them."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(same_values(a[k], b[k], tolerance) for k in b)
    if isinstance(b, tuple | list):
        if isinstance(a, Tensor | np.ndarray) and a.ndim:
            a = list(a)  # several results in one array are as good
        return (
            isinstance(a, tuple | list)
            and len(a) == len(b)
            and all(same_values(x, y, tolerance) for x, y in zip(a, b, strict=True))
        )
    if isinstance(b, str) or isinstance(a, str):
        return isinstance(a, str) and isinstance(b, str) and str.__eq__(b, a)  # not by what `a` calls equal
    first, second = floats(a), floats(b)
    return first.shape == second.shape and np.allclose(first, second, rtol=tolerance, atol=tolerance * 0.1, equal_nan=True)


def slopes(function, arguments, places):
    """The gradients of the sum of a function's results (each weighted differently) with respect to some arguments."""
    inputs = [
        a.detach().requires_grad_() if k in places and isinstance(a, Tensor) and a.is_floating_point() else a
        for k, a in enumerate(arguments)
    ]
    out = function(*inputs)
    weights = Tensor(np.linspace(1.0, 2.0, out.array.size, dtype=out.array.dtype).reshape(out.shape))
    if out.requires_grad:  # otherwise nothing of the inputs is in it, and all slopes are 0
        (out * weights).sum().backward()
    return [
        np.zeros(a.shape) if a.grad is None else a.grad.array for a in inputs if isinstance(a, Tensor) and a.requires_grad
    ]


class Derivative(Function):
    """The derivative of a function of numbers, written by hand.

    The right answer is the *function*; its derivative is found by finite differences, so that every correct form of
    the derivative is accepted. Of a function of several numbers the derivative is a tuple.
    """

    def __init__(self, cases, tolerance=1e-4):
        super().__init__(cases, tolerance=tolerance)

    def agree(self, answer, other):
        """Whether `answer` is the derivative of `other`; typical mistakes are given as :class:`Mistake`."""
        if isinstance(other, Mistake):
            return super().agree(answer, other.function)
        return super().agree(answer, lambda *numbers: differences(other, numbers))


@dataclass
class Mistake:
    """A wrong derivative, as it is written."""

    function: Any

    def __call__(self, *numbers):
        """The wrong derivative at some numbers."""
        return self.function(*numbers)


def differences(function, numbers, step=1e-5):
    """The derivative of a function at some numbers, by central differences in double precision."""
    found = []
    for k, x in enumerate(numbers):
        up, down = list(map(float, numbers)), list(map(float, numbers))
        up[k], down[k] = x + step, x - step
        found.append((float(function(*up)) - float(function(*down))) / (2 * step))
    return found[0] if len(found) == 1 else tuple(found)


class Experiment(Kind):
    """An open task: any result is right that passes the test.

    The right answer is a function of the result: "" if it will do, otherwise what is missing.
    """

    def __init__(self, asks):
        self.asks = asks

    def problem(self, answer):
        """What is missing."""
        try:
            return self.asks(answer)
        except (Exception, SystemExit) as error:
            return f"That cannot be judged: {said_by(error)}"

    def agree(self, answer, other):
        """Whatever is not missing anything is right."""
        return True
