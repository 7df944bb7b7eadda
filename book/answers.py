"""Answers that a page can check without giving them away: salted hashes of numbers, words and shapes."""

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
        "right": right,
        "wrong": wrong,
        "praise": exercise.praise,
        "choices": list(getattr(kind, "choices", ())),
    }


def spellings(kind, value):
    """How a page spells an answer; a number as far as its tolerance goes.

    >>> spellings(Number(), 0.25), spellings(Shape(), (2, 3)), spellings(Word("up"), "up")
    (['2.50e-1'], ['2,3'], ['up'])
    >>> spellings(Number(), 0.1245)
    ['1.24e-1', '1.25e-1']
    """
    if isinstance(kind, Word):
        return [value]
    if isinstance(kind, Shape):
        return [",".join(str(int(n)) for n in value)]
    number = float(np.asarray(plain(value), dtype=float).reshape(()))
    near = (number * (1 + k * kind.tolerance) for k in (-1, 0, 1))
    return sorted({rounded(n) for n in near})


def rounded(number):
    """A number to three digits, as JavaScript's `toExponential(2)` writes it.

    >>> rounded(-1234.5), rounded(0.0)
    ('-1.23e+3', '0.00e+0')
    """
    return re.sub(r"e([+-])0*(\d)", r"e\1\2", f"{number:.2e}")


def hashed(salt, text):
    """The 64 bits of FNV-1a of an answer, salted with the name of the exercise, as hexadecimal digits.

    >>> hashed("", "a")
    'af63dc4c8601ec8c'
    """
    code = 0xCBF29CE484222325
    for byte in f"{salt}{text}".encode():
        code = (code ^ byte) * 0x100000001B3 % 2**64
    return f"{code:016x}"
