"""Answers that a page can check without giving them away: salted hashes of numbers, words and shapes."""

import math
import re

import numpy as np

from minidl.course.exercise import Number, Shape, Word, plain


def answers(name, exercise):
    """What a page needs to judge an exercise.

    Returns
    -------
    dict
        `kind`, and for those kinds that a page can judge `right` (a list of hashes) and `wrong` (hash -> hint); words
        with their `choices`.
    """
    kind = exercise.kind
    label = {Number: "number", Shape: "shape", Word: "word"}.get(type(kind))
    if label is None:
        return {"kind": "function"}
    hashes = lambda value: [hashed(name, text) for text in spellings(kind, value)]
    wrong = {code: hint for value, hint in exercise.wrong for code in hashes(value)}
    right = hashes(exercise.right)
    wrong = {code: hint for code, hint in wrong.items() if code not in right}
    return {
        "kind": label,
        "digits": digits_of(kind) if label == "number" else 0,
        "right": right,
        "wrong": wrong,
        "praise": exercise.praise,
        "choices": list(getattr(kind, "choices", ())),
    }


def digits_of(kind):
    """After how many digits a page rounds a number, so that its tolerance still shows.

    >>> digits_of(Number()), digits_of(Number(1e-5)), digits_of(Number(0.02))
    (4, 6, 3)
    """
    return min(12, 1 + math.ceil(-math.log10(max(kind.tolerance, 1e-11))))


def spellings(kind, value):
    """How a page may spell an answer; of a number all roundings within its tolerance.

    >>> spellings(Number(), 0.25), spellings(Shape(), (2, 3)), spellings(Word("up"), "up")
    (['2.498e-1', '2.499e-1', '2.500e-1', '2.501e-1', '2.502e-1'], ['2,3'], ['up'])
    """
    if isinstance(kind, Word):
        return [value]
    if isinstance(kind, Shape):
        return [",".join(str(int(n)) for n in value)]
    number, digits = float(np.asarray(plain(value), dtype=float).reshape(())), digits_of(kind)
    reach = abs(number) * kind.tolerance
    last = 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1) if number else 1.0
    near = [number + k * last for k in range(-math.ceil(reach / last), math.ceil(reach / last) + 1)]
    return sorted({rounded(n, digits) for n in near if abs(n - number) <= reach * (1 + 1e-6)})


def rounded(number, digits):
    """A number to so many digits, as JavaScript's `toExponential` writes it.

    >>> rounded(-1234.5, 3), rounded(0.0, 3)
    ('-1.23e+3', '0.00e+0')
    """
    return re.sub(r"e([+-])0*(\d)", r"e\1\2", f"{number:.{digits - 1}e}")


def hashed(salt, text):
    """The 64 bits of FNV-1a of an answer, salted with the name of the exercise, as hexadecimal digits.

    >>> hashed("", "a")
    'af63dc4c8601ec8c'
    """
    code = 0xCBF29CE484222325
    for byte in f"{salt}{text}".encode():
        code = (code ^ byte) * 0x100000001B3 % 2**64
    return f"{code:016x}"
