"""`predict` and `outcome`: a guess is made before a cell is run, kept, and set against what came.

The questions stand beside the exercises of a chapter, in `minidl/course/exercises/chNN.py`::

    PREDICTIONS = {
        "p1": Prediction("How many of the 2,000 digits will the untrained network get right?"),
        "p2": Prediction("Steps 250 times larger: what will the loss do?", choices=["fall faster", "rise", "stay"]),
        "p3": Prediction("Which digits will it confuse?", words=True),
    }

and a chapter asks, computes and compares in two cells::

    predict("ch00.p1")

    right = count_right(model)
    outcome("ch00.p1", right)
"""

import math
import re
import sys
from dataclasses import dataclass

import numpy as np

from minidl.course.answering import OPEN, RIGHT, WRONG, named, on_the_shelf
from minidl.course.progress import keep_guess, keep_outcome, progress_file, read_entry
from minidl.engine.tensor import Tensor

THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True)
class Prediction:
    """A question to be answered by a guess.

    Attributes
    ----------
    question : str
    choices : sequence of str
        What there is to choose from; a number is asked for unless given.
    words : bool
        Ask for a few words, which nobody judges.
    unit : str
        What stands behind the number, such as "%" or "of 2,000".
    close : float
        How far, relative to what came, a number may be off and still be close.
    """

    question: str
    choices: tuple = ()
    words: bool = False
    unit: str = ""
    close: float = 0.1

    def read(self, guess):
        """The guess as it is kept.

        Raises
        ------
        ValueError
            When it is none; the message says what is asked for.
        """
        if self.choices:
            return self._choice(guess)
        if self.words:
            text = " ".join(str(guess).split())
            if not text:
                raise ValueError("a few words are asked for")
            return text[:500]
        return number(guess)

    def _choice(self, guess):
        for choice in map(str, self.choices):
            if str(guess).strip().lower() == choice.lower():
                return choice
        raise ValueError(f"choose one of {', '.join(repr(str(choice)) for choice in self.choices)}")

    def fared(self, guess, came):
        """How a guess fared: "right", "close", "off", or "" where nobody can judge or nothing came."""
        if came is None:
            return ""
        if self.choices or self.words:
            same = str(guess).strip().lower() == str(came).strip().lower()
            return "right" if same else "" if self.words else "off"
        if not (is_number(guess) and is_number(came)):
            return ""
        if shown(guess) == shown(came):
            return "right"
        return "close" if abs(guess - came) <= self.close * abs(came) else "off"

    def comparison(self, guess, came):
        """One line that sets a guess against what came."""
        if self.choices or self.words:
            end = ": right" if self.fared(guess, came) == "right" else "" if came is None else f'; the answer is "{came}"'
            return f'You guessed "{guess}"{end}.'
        if self.fared(guess, came) == "right":
            return f"You guessed {shown(guess)}: exactly right."
        return f"You guessed {shown(guess)}; it is {self.with_unit(came)}{distance(guess, came)}."

    def with_unit(self, value):
        """A value as it is read, with its unit."""
        return f"{shown(value)} {self.unit}".strip() if is_number(value) else str(value)


def is_number(value):
    """Whether this is a finite number, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(guess):
    """The number that somebody wrote: 0.8, "0,8", "1,200", "80 %", "1/10", or a tensor of one element.

    >>> number("80 %"), number("1,200"), number("1/4")
    (0.8, 1200, 0.25)
    """
    found = _written(guess.strip()) if isinstance(guess, str) else plain_value(guess)
    if not is_number(found):
        raise ValueError(f"a number is asked for, and this is {_short(guess)}")
    return int(found) if float(found).is_integer() and abs(found) < 2**53 else float(found)


def _written(text):
    percent = text.endswith("%")
    text = text.removesuffix("%").strip().replace("−", "-")
    text = text.replace(",", "" if THOUSANDS.fullmatch(text) else ".")
    over, slash, under = text.partition("/")
    try:
        value = float(over) / (float(under) if slash else 1)
    except (ValueError, ZeroDivisionError):
        return None
    return value / 100 if percent else value


def plain_value(value):
    """A tensor or array of one element, or a number of NumPy's, as a plain number; anything else as it is."""
    array = value.array if isinstance(value, Tensor) else value
    if isinstance(array, np.ndarray | np.generic) and array.size == 1:
        return array.item()
    return value


def shown(value):
    """A number as it is read.

    >>> shown(1200), shown(0.123456), shown(48231.7)
    ('1,200', '0.1235', '48,232')
    """
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def distance(guess, came):
    """How far a guess is off, in brackets.

    >>> distance(0.8, 0.91), distance(100, 10), distance(-1, 1), distance(2, 0)
    (' (12 % too low)', ' (too high by a factor of 10)', ' (the sign is the other one)', ' (2 too high)')
    """
    if not (is_number(guess) and is_number(came)):
        return ""
    small, large = sorted((abs(guess), abs(came)))
    if small == 0:
        return f" ({shown(large)} too {'high' if guess > came else 'low'})"
    if guess * came < 0:
        return " (the sign is the other one)"
    more, less = ("high", "low") if came > 0 else ("large", "small")  # of numbers below 0, how large they are
    way = more if abs(guess) > abs(came) else less
    if large >= 2 * small:
        return f" (too {way} by a factor of {shown(round(large / small, 1)).removesuffix('.0')})"
    percent = 100 * (large - small) / abs(came)
    return f" ({percent:{'.0f' if percent >= 1 else '.1g'}} % too {way})"


def _short(thing):
    text = thing if isinstance(thing, str) else type(thing).__name__
    return f"{text[:40]!r}" if isinstance(thing, str) else f"a {text}"


def predictions(chapter=None):
    """Predictions by their names, such as "ch04.p1", in the order of the course; all, or those of a chapter ("ch04")."""
    return on_the_shelf("PREDICTIONS", chapter)


def predict(name, guess=...):
    """Ask for a guess before the next cell shows what is so.

    In a notebook a small box asks; elsewhere the question is printed, and the guess is handed over. Anyone who would
    rather not guess just goes on: nothing stops.

    Parameters
    ----------
    name : str
        Such as "ch04.p1".
    guess : number or str, optional
        In place of the box.

    Raises
    ------
    KeyError
        When there is no such prediction.
    """
    prediction = named(name, predictions, "prediction")
    if guess is not None and guess is not ...:
        try:
            kept = prediction.read(guess)
        except ValueError as error:
            print(f"{WRONG} {name}: {error}.")
        else:
            written = keep_guess(name, kept)
            print(
                f"{RIGHT} {name}: your guess is kept. Run the next cell."
                if written
                else f"{WRONG} {name}: your guess could not be kept: {progress_file()} cannot be written."
            )
    elif in_a_notebook():
        from minidl.course.prediction_box import show_box  # late: it loads widgets

        show_box(name, prediction)
    else:
        print(unanswered(name, prediction))


def unanswered(name, prediction):
    """The question as a line of text."""
    choices = f" ({' / '.join(map(str, prediction.choices))})" if prediction.choices else ""
    return f"{OPEN} {name}: {prediction.question}{choices}"


def kept_guess(name, prediction):
    """The guess that was kept; None when there is none, or one of another kind: the question may be a new one."""
    try:
        return prediction.read(read_entry(name)["guess"])
    except (KeyError, ValueError):
        return None


def outcome(name, came=None):
    """Say what came, and set the guess against it.

    Parameters
    ----------
    name : str
        That of the prediction.
    came : number, str or Tensor of one element, optional
        What came; may be left out where words were asked for.

    Raises
    ------
    KeyError
        When there is no such prediction.
    """
    prediction = named(name, predictions, "prediction")
    came = plain_value(came)
    guess = kept_guess(name, prediction)
    if guess is not None:
        keep_outcome(name, came if is_number(came) or isinstance(came, str) else None)
        print(prediction.comparison(guess, came))
    elif came is not None:
        in_words = prediction.choices or prediction.words
        print(f'The answer is "{came}".' if in_words else f"It is {prediction.with_unit(came)}.")


def in_a_notebook():
    """Whether a kernel of Jupyter runs this, so that widgets can be shown."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")
