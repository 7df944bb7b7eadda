"""Splitting text into what people call characters and words, in any script.

A character as it is seen can be several code points: "é" may be e and an accent, a family emoji is up to seven. The
rules are Unicode's (UAX #29, grapheme clusters); the package `regex` knows them.
"""

import unicodedata
from collections.abc import Mapping, Set
from itertools import groupby

import regex

from minidl.errors import DtypeError

# What people see as one. Flags are pairs of letters; a pair with another letter behind it is taken by itself, because \X
# counts back to the first letter each time, so that a megabyte of them would take minutes.
CHARACTER = r"\p{RI}{2}(?=\p{RI})|\X"
# A word: letters with their marks, also with an apostrophe inside; a number; a Han character, because Chinese has no spaces.
WORD = regex.compile(
    r"\p{Han}"
    r"|[\p{L}--\p{Han}](?:[\p{L}--\p{Han}]|\p{M}|\p{N})*+(?:['’](?:[\p{L}--\p{Han}]|\p{M})++)*+"
    rf"|\p{{N}}++(?:[.,]\p{{N}}++)*+|{CHARACTER}",
    regex.VERSION1,
)
MANY_MARKS = regex.compile(r"\p{M}{31,}")  # no writing needs more than 30 on a letter (UAX #15, stream-safe text)


def text_of(thing):
    """The text itself, once it is known to be one.

    Raises
    ------
    DtypeError
        When it is not a text.
    ValueError
        When it holds half of a surrogate pair, which no file can.
    """
    if not isinstance(thing, str):
        hint = "; decode bytes first: data.decode('utf-8')" if isinstance(thing, bytes) else ""
        raise DtypeError(f"a text (str) is needed, and this is of type {type(thing).__name__}{hint}")
    place = next((k for k, letter in enumerate(thing) if "\ud800" <= letter <= "\udfff"), None)
    if place is not None:
        raise ValueError(
            f"the text has half of a surrogate pair, {thing[place]!r}, at place {place}: it was cut or decoded wrongly, and "
            "cannot be written to any file; text.encode('utf-8', 'replace').decode() puts a ? in its place"
        )
    return thing


def listed(name, things):
    """Many things as a list, once it is clear that they are many, and in an order.

    Raises
    ------
    DtypeError
        For one text, a set, a dictionary, or what is no collection.
    """
    if isinstance(things, str | bytes):
        raise DtypeError(f"{name} are a list of texts, one for each example, and this is one text: put it into a list")
    if isinstance(things, Set | Mapping) or not hasattr(things, "__iter__"):
        raise DtypeError(f"{name} are a list, one for each example, and this is of type {type(things).__name__}")
    return list(things)


def normalise(text, lower=True):
    r"""One way of writing for what looks the same: composed accents, plain spaces, lower case.

    Parameters
    ----------
    text : str
    lower : bool
        Whether capitals become lower case.

    Examples
    --------
    >>> normalise("Cafe\u0301  au\u00a0lait")
    'café au lait'
    """
    text = MANY_MARKS.sub(_in_order, text_of(text))  # which takes a square of their number when Python does it
    text = unicodedata.normalize("NFC", text)
    return " ".join((text.lower() if lower else text).split())


def _in_order(found):
    """Marks on one letter, taken apart and in canonical order: what normalising does to them first."""
    marks = "".join(unicodedata.normalize("NFD", mark) for mark in found[0])
    groups = groupby(marks, key=lambda mark: unicodedata.combining(mark) > 0)
    return "".join("".join(sorted(group, key=unicodedata.combining) if moves else group) for moves, group in groups)


def characters(text):
    r"""The characters that people see, as a list of strings (grapheme clusters, UAX #29).

    Examples
    --------
    >>> [len(character) for character in characters("e\u0301té")]  # an e and its accent are one
    [2, 1, 1]
    >>> len("👩‍👩‍👧"), len(characters("👩‍👩‍👧"))
    (5, 1)
    """
    return regex.findall(CHARACTER, text_of(text))


def words(text):
    """The words of a text, as a list of strings; punctuation marks stand alone, and each Han character counts as a word.

    Examples
    --------
    >>> words("It wasn't 3.5 stars, but 5!")
    ['It', "wasn't", '3.5', 'stars', ',', 'but', '5', '!']
    >>> words("床前明月光")
    ['床', '前', '明', '月', '光']
    """
    return [found for found in WORD.findall(text_of(text)) if not found.isspace()]
