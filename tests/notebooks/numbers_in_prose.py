"""Numbers in a chapter's prose, proven against the cells that compute them.

A text cell says in its metadata where its numbers come from::

    "numbers": {
        "61 of 64 neurons": "dead",         # a phrase of the text, and the id of the cell whose output holds its numbers
        "about 300": "wild 10%",            # the phrase rounds: the output may be that far away
        "the variance is 4.67": "given",    # worked out on the page, or a fact of the world: no cell computes it
    }

Each number of a phrase must stand in the outputs of its cell, to as many digits as the phrase has. The outputs
themselves are proven by running the chapter (`minidl check`). And no measured number may be missing: each one with a
decimal point or a per cent sign, outside formulas, code and the questions of exercises, must be part of such a phrase.
"""

import re

NUMBER = re.compile(r"(?<![\w.])[-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]\d+)?")
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)", re.DOTALL)
MEASURED = re.compile(r"(?<![\w.])\d[\d,]*\.\d+|(?<![\w.])\d[\d,]*(?:\.\d+)?(?= ?%)")


def value(text):
    """The number that is written."""
    return float(text.replace(",", "").replace("−", "-"))


def half_a_digit(text):
    """How far a number may be away and still be written so."""
    return 0.5 * 10 ** -len(text.partition(".")[2]) if "e" not in text else 0.05 * abs(value(text))


def output_of(cell):
    """All that a cell printed, and the words beside its pictures."""
    parts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", [])]
    return "\n".join(parts)


def missing_in(phrase, output, closeness=0.0):
    """The numbers of a phrase that an output does not hold."""
    there = [abs(value(n)) for n in NUMBER.findall(output)]
    fits = lambda n: any(abs(abs(value(n)) - v) <= max(half_a_digit(n) * (1 + 1e-9), closeness * v) for v in there)
    return [n for n in NUMBER.findall(phrase) if not fits(n)]


def problems(notebook):
    """What is wrong with the numbers in the prose of a notebook: a list of sentences."""
    cells = {cell.id: cell for cell in notebook.cells}
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        said = " ".join(cell.source.split())
        for phrase, source in cell.metadata.get("numbers", {}).items():
            name, _, close = source.partition(" ")
            if phrase not in said:
                found.append(f"{cell.id}: {phrase!r} is not in the text any more")
            elif name != "given" and name not in cells:
                found.append(f"{cell.id}: there is no cell {name!r}")
            elif name != "given":
                share = float(close.removesuffix("%")) / 100 if close else 0.0
                for number in missing_in(phrase, output_of(cells[name]), share):
                    found.append(f"{cell.id}: {number} of {phrase!r} is not what the cell {name!r} shows")
        found += [f"{cell.id}: where does {number} come from?" for number in unproven(cell)]
    return found


def unproven(cell):
    """Measured numbers of a text cell that no phrase in its metadata covers; what an exercise gives is not measured."""
    source = "" if re.fullmatch(r"ex\d+-text", cell.id) else cell.source.partition("## Exercises")[0]
    text = " ".join(NOT_PROSE.sub(" ", source).split())
    for phrase in sorted(cell.metadata.get("numbers", {}), key=len, reverse=True):
        text = text.replace(" ".join(NOT_PROSE.sub(" ", phrase).split()), " ")
    return MEASURED.findall(text)
