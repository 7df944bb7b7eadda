"""Comparing what a cell says now with what it says in the file: letter for letter, or with numbers that may move.

How far the numbers of a cell may move is written in its tags: `close:2%` (by 2 % of the number in the file) or
`close:0.02` (by 0.02). With both, a number needs to keep to one of them. In a cell with the tag `measured` they may move
at will: it says how long something took on one machine. Everything else stays exact: words, lines, shapes such as
`(100, 4)`, sizes such as `28×28`, numbers inside words (`conv2`, `1.0.3`), NaN and infinity.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest

# A whole number inside these parentheses belongs to a shape: (4,) or (100, 4).
SHAPE = r"\([0-9]++,(?: [0-9]++(?:, [0-9]++)*+)?\)"
# 12 and 12. (as NumPy prints), -0.5, .5, 1e-05, 1,234.5; it touches no letter and is no part of 28×28, 1.0.3 or 0.weight.
NUMBER = (
    r"(?<![\w.])(?<![0-9]×)"
    r"(?:(?<![\w.)\]])[-+−])?"
    r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++|\.(?![\w.]|\n|\Z))?+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?+"
    r"(?!\w|\.\w|×[0-9])"
)
TOKEN = re.compile(f"({SHAPE})|({NUMBER})")

MEASURED = "measured"  # the tag of a cell whose numbers belong to one machine
IGNORED = "nbval-ignore-output"  # nbval's tag of a cell that is run and not compared

# What differs from run to run and is no result. None of these patterns tries the same text twice.
OBJECT = re.compile(r"<[^<>]*? at 0x[0-9a-f]++>")
FIGURE = re.compile(r"<Figure size [^<>]*+>")
TIME = re.compile(r"(?<![\w.,])[0-9][0-9,]*+(?:\.[0-9]++)?+ (?:s|ms|µs|seconds|it/s)\b")
WIDGET = re.compile(r'"?model_id"?: "?[0-9a-f]{32}"?')
BAR = frozenset("━╸╺█▏▎▍▌▋▊▉")
# Parts of an output that are no result: the numbers of cells and widgets, and pictures, which depend on their libraries.
NO_RESULT = {"metadata", "traceback", "output_type", "name", "execution_count", "prompt_number"} | {
    "application/vnd.jupyter.widget-view+json",
    "image/png",
    "image/jpeg",
}


def cleaned(text):
    """A text without what may differ from run to run: pictures, addresses, times, progress bars, widgets' numbers.

    >>> cleaned("took 3.2 s, <Axes at 0x7f3a>")
    'took TIME, OBJECT'
    """
    start, end = text.find("<svg"), text.rfind("</svg>")
    if 0 <= start < end:  # the words beside a picture are compared; its lines depend on the versions of the libraries
        text = f"{text[:start]}SVG{text[end + len('</svg>') :]}"
    text = "\n".join("PROGRESS" if BAR.intersection(line) else line for line in text.split("\n"))
    for pattern, word in ((OBJECT, "OBJECT"), (FIGURE, "FIGURE"), (TIME, "TIME"), (WIDGET, "MODEL")):
        text = pattern.sub(word, text)
    return text


@dataclass(frozen=True)
class Closeness:
    """How far a number may move: by a share of itself (`relative`) or by an amount (`absolute`)."""

    relative: float = 0.0
    absolute: float = 0.0

    def allows(self, expected, found):
        """Whether `found` is close to `expected`; nothing is close to NaN or infinity."""
        allowed = max(self.relative * abs(expected), self.absolute)
        return math.isfinite(expected) and abs(found - expected) <= allowed * (1 + 1e-9)

    def __str__(self):
        if self.absolute == math.inf:
            return "at will"
        ways = [f"{100 * self.relative:g}%"] if self.relative else []
        ways += [f"{self.absolute:g}"] if self.absolute else []
        return f"by {' or '.join(ways)}"


def closeness(tags):
    """How far the tags of a cell let its numbers move; None when they say nothing, and the cell is exact.

    >>> print(closeness(["close:2%", "close:0.001"]))
    by 2% or 0.001
    >>> print(closeness(["measured"]))
    at will

    Raises
    ------
    ValueError
        When a tag begins with `close` and is not understood.
    """
    if MEASURED in tags:
        return Closeness(absolute=math.inf)
    said = {}
    for tag in tags:
        if re.match(r"close\b", tag):
            found = re.fullmatch(r"close:\s*([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)\s*(%?)", tag)
            amount = float(found[1]) if found else 0.0
            if not (found and 0 < amount < math.inf):
                raise ValueError(f"the tag {tag!r} is not understood; write close:2% or close:0.02")
            said["relative" if found[2] else "absolute"] = amount / 100 if found[2] else amount
    return Closeness(**said) if said else None


def difference(expected, found, close=None):
    """Say where a text first parts from the one in the file.

    Parameters
    ----------
    expected, found : str
        What the file holds, and what came out.
    close : Closeness, optional
        How far numbers may move; without it every letter counts.

    Returns
    -------
    str or None
        A few lines that show the place, or None when the texts are the same.

    Examples
    --------
    >>> difference("loss  9.98", "loss 10.02", Closeness(relative=0.01))
    >>> print(difference("loss 0.5", "loss 0.6", Closeness(relative=0.01)))
    line 1
      in the file: loss 0.5
      now:         loss 0.6
      0.5 may move by 1%, and is 0.6
    """
    if expected == found:
        return None
    reason = None
    if close:
        reason = _parting(TOKEN.split(_one_line_arrays(expected)), TOKEN.split(_one_line_arrays(found)), close)
        if reason is None:
            return None
    return "\n".join(filter(None, [_first_line(expected, found, close), reason and f"  {reason}"]))


def cell_difference(expected, found):
    """Say where the outputs of a code cell first part from those of the same cell in the file, as far as its tags say.

    Parameters
    ----------
    expected, found : NotebookNode
        The cell in the file, and the one that was run.

    Returns
    -------
    str or None
        See `outputs_difference`.
    """
    tags = expected.metadata.get("tags", [])
    return None if IGNORED in tags else outputs_difference(expected.outputs, found.outputs, closeness(tags))


def outputs_difference(expected, found, close=None, skip=NO_RESULT):
    """Say where the outputs of a cell first part from those in the file.

    Parameters
    ----------
    expected, found : list of dict
        Outputs as a notebook keeps them: those in the file, and those that came.
    close : Closeness, optional
        How far numbers may move; without it every letter counts.
    skip : set of str
        The parts of an output and the MIME types that are not compared.

    Returns
    -------
    str or None
        A few lines that show the place, or None when both say the same.

    Examples
    --------
    >>> two = {"output_type": "stream", "name": "stdout", "text": "2"}
    >>> print(outputs_difference([two], []))
    stdout: 1 outputs in the file, 0 now
    """
    expected, found = _by_kind(expected, skip), _by_kind(found, skip)
    for kind in [*expected, *(kind for kind in found if kind not in expected)]:
        old, new = expected.get(kind, []), found.get(kind, [])
        if len(old) != len(new):
            counts = f"{kind}: {len(old)} outputs in the file, {len(new)} now"
            return "\n".join([counts, *(f"  now: {text[:160]}" for text in new)])
        for before, now in zip(old, new, strict=True):
            parts = difference(before, now, close)
            if parts is not None:
                return f"{kind}, {parts}"
    return None


def _by_kind(outputs, skip):
    """The contents of outputs by stream or MIME type, in order, without what may differ from run to run."""
    kinds, streams = defaultdict(list), defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            streams[output["name"]].append(output["text"])  # it may have come in pieces
            continue
        contents = {**{key: value for key, value in output.items() if key != "data"}, **output.get("data", {})}
        for kind, content in contents.items():
            if kind not in skip:
                kinds[kind].append(cleaned(content if isinstance(content, str) else repr(content)))
    return {name: [cleaned("".join(pieces))] for name, pieces in streams.items() if name not in skip} | kinds


def _parting(expected, found, close):
    """Why two texts in tokens (text, shape, number, text, ...) part; None when they do not, "" when it is a word."""
    if len(expected) != len(found):
        return ""
    for place in range(0, len(expected) - 1, 3):
        if _words(expected[place]) != _words(found[place]) or expected[place + 1] != found[place + 1]:
            return ""
        if not _near(expected[place + 2], found[place + 2], close):
            return f"{expected[place + 2]} may move {close}, and is {found[place + 2]}"
    return None if _words(expected[-1]) == _words(found[-1]) else ""


def _near(expected, found, close):
    if expected == found:  # also two that are no numbers
        return True
    if expected is None or found is None:
        return False
    if expected.rstrip(".").isdigit() and found.rstrip(".").isdigit() and ("." in expected) != ("." in found):
        return False  # 12 and 12. are of different types
    return close.allows(value(expected), value(found))


def value(number):
    """The value of a printed number.

    >>> value("−1,234.5")
    -1234.5
    """
    return float(number.replace(",", "").replace("−", "-"))


def _words(text):
    """A text with the blanks as they were before columns were lined up: a longer number moves its neighbours."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def _one_line_arrays(text):
    """Join the lines of printed arrays: where a row is broken depends on how long its numbers are."""
    depth, lines = 0, []
    for line in text.split("\n"):
        if depth > 0:
            lines[-1].append(line)
        else:
            lines.append([line])
        depth = max(0, depth + line.count("[") - line.count("]"))
    return "\n".join(" ".join(pieces) for pieces in lines)


def _first_line(expected, found, close, width=160):
    """Show the first line that differs; of a long line the piece around the place."""
    pairs = zip_longest(expected.split("\n"), found.split("\n"))
    for number, (old, new) in enumerate(pairs, start=1):
        if old is None or new is None:
            line = (old or new or "").strip()[:width]
            return f"line {number}\n  {'is new' if old is None else 'is missing'}: {line}"
        if old != new and not (close and _parting(TOKEN.split(old), TOKEN.split(new), close) is None):
            break
    same = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - width // 2) if max(len(old), len(new)) > width else 0
    cut = lambda line: ("…" if start else "") + line[start : start + width] + ("…" if start + width < len(line) else "")
    return f"line {number}\n  in the file: {cut(old)}\n  now:         {cut(new)}"
