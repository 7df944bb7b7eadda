"""Formulas: LaTeX as MathML, numbers as LaTeX, and the numbers of a small operation put into its formula."""

import re
from functools import lru_cache
from html import escape

import numpy as np
from latex2mathml.converter import convert

from minidl.viz.graphs.safe_mathml import rebuilt
from minidl.viz.summary import number_text
from minidl.viz.text import one_line

MOST_LETTERS = 2000  # of a formula
MOST_NUMBERS = 6  # of a tensor that is still put into a formula
TOKEN = re.compile(r"\\(?:text|operatorname)\{[^}]*\}|\\[A-Za-z]+|(?P<letter>[A-Za-z])")


@lru_cache(maxsize=4096)
def mathml(latex):
    """A formula as MathML, which browsers draw by themselves; one that cannot be read is shown as it is written.

    Formulas of operations come from users too: whatever is in them, the result holds only elements of mathematics.
    """
    try:
        return rebuilt(convert(latex[:MOST_LETTERS]))
    except Exception:  # the converter has no common error
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{mtext(latex, 200)}</math>'


def numbers_latex(array, bare=False):
    """The numbers of a small array as LaTeX; None for a larger one. `bare`: a negative one without its brackets.

    >>> import numpy as np
    >>> print(numbers_latex(np.array(-2.5)), numbers_latex(np.array([1.0, 2.0])))
    (-2.5) \\begin{pmatrix} 1 & 2 \\end{pmatrix}
    """
    if array.size > MOST_NUMBERS or array.ndim > 2 or array.size == 0:
        return None
    if array.ndim == 0:
        text = _number(array.item())
        return f"({text})" if text.startswith("-") and not bare else text
    rows = [" & ".join(_number(v) for v in row) for row in np.atleast_2d(array).tolist()]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def _number(value):
    if isinstance(value, bool):
        return str(int(value))
    if not np.isfinite(value):
        return r"\text{NaN}" if np.isnan(value) else r"-\infty" if value < 0 else r"\infty"
    mantissa, _, exponent = number_text(value).partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


def put_in(formula, values):
    r"""A formula with numbers instead of its letters; None where that cannot be done.

    Parameters
    ----------
    formula : str
        LaTeX.
    values : dict of str -> ndarray
        Letter -> number; a letter stands for its capital too.

    >>> import numpy as np
    >>> print(put_in(r"y = a \odot b", {"y": np.array(6.0), "a": np.array(2.0), "b": np.array(3.0)}))
    6 = 2 \odot 3
    """
    values = {k: numbers_latex(np.asarray(v)) for k, v in values.items() if len(k) == 1}
    if not formula or None in values.values() or re.search(r"[A-Za-z]\s*_|\\bar(?![A-Za-z])", formula):
        return None
    text = TOKEN.sub(lambda token: values.get((token["letter"] or "").lower(), token[0]), formula)
    return None if text == formula else text


def derivative_mathml(above, below, value):
    """The derivative of one named thing by another, and its value (LaTeX), as MathML. Names may be any text."""
    fraction = f"<mfrac><mrow><mo>∂</mo>{mtext(above)}</mrow><mrow><mo>∂</mo>{mtext(below)}</mrow></mfrac>"
    equals = f"<mo>=</mo>{_inner(mathml(value))}"
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true"><mrow>{fraction}{equals}</mrow></math>'


def mtext(text, most=40):
    """Any text as an element of MathML."""
    return f"<mtext>{escape(one_line(text, most))}</mtext>"


def _inner(formula):
    """What is inside the outermost element."""
    return formula[formula.index(">") + 1 : formula.rindex("<")]
