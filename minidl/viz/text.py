"""Any text, made safe for a picture: names and labels come from users, and may hold anything."""

import re

import regex

UNREADABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML document may hold
PILES = regex.compile(r"([\p{Mn}\p{Me}]{3})[\p{Mn}\p{Me}]+")  # more marks than any language puts on a letter
JOINERS = "\u200c\u200d"  # invisible, and needed inside emoji and words


def readable(text):
    r"""Text without the characters that no XML document may hold: control characters and halves of surrogate pairs.

    >>> readable("a\x00b\ud800")
    'a�b�'
    """
    return UNREADABLE.sub("\ufffd", thinned(text))


def thinned(text):
    r"""Text without piles of marks on a letter, which would cover the lines above and below.

    >>> len(thinned("e" + "\u0301" * 1000))
    4
    """
    return PILES.sub(r"\1", text)


def one_line(text, most=60):
    r"""Any text as one line of at most `most` characters, with nothing in it that is not seen.

    >>> one_line("two\nlines\x1b[31m"), one_line("x" * 99, 5)
    ('two lines [31m', 'xxxx…')
    """
    text = thinned(str(text)[: 100 * most])[: 8 * most]  # of a hundred kilobytes, nobody wants to see more
    text = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def lines_of(text, most=12):
    r"""The lines of any text, each fit for a picture; of very many the first.

    >>> lines_of("\na\nb"), lines_of("a\nb\nc", most=2)
    (['', 'a', 'b'], ['a', '…'])
    """
    parts = str(text)[:10_000].split("\n")
    return [one_line(part) for part in parts] if len(parts) <= most else [*map(one_line, parts[: most - 1]), "…"]
