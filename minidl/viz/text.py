"""Any text, made safe for a picture: names and labels come from users, and may hold anything."""

import re

UNREADABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML document may hold
JOINERS = "\u200c\u200d"  # invisible, and needed inside emoji and words


def readable(text):
    r"""Text without the characters that no XML document may hold: control characters and halves of surrogate pairs.

    >>> readable("a\x00b\ud800")
    'a�b�'
    """
    return UNREADABLE.sub("\ufffd", text)


def one_line(text, most=60):
    r"""Any text as one line of at most `most` characters, with nothing in it that is not seen.

    >>> one_line("two\nlines\x1b[31m"), one_line("x" * 99, 5)
    ('two lines [31m', 'xxxx…')
    """
    text = str(text)[: 8 * most]  # of a hundred kilobytes, nobody wants to see more
    text = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def lines_of(text, most=12):
    r"""The lines of any text, each fit for a picture; of very many the first.

    >>> lines_of("\na\nb"), lines_of("a\nb\nc", most=2)
    (['', 'a', 'b'], ['a', '…'])
    """
    parts = str(text)[:10_000].split("\n")
    return [one_line(part) for part in parts] if len(parts) <= most else [*map(one_line, parts[: most - 1]), "…"]
