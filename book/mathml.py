"""Formulas as MathML for Sphinx: no script, no fonts to load."""

import html

from docutils import nodes
from latex2mathml.converter import convert


def visit_inline(translator, node):
    """A formula in a line."""
    translator.body.append(converted(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(translator, node):
    """A formula on lines of its own."""
    translator.body.append(f'<div class="math">{converted(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def converted(latex, display):
    r"""A formula as MathML, with its LaTeX for those who copy it.

    >>> converted("x^2", "inline").startswith("<math")
    True
    >>> "a_b</mtext>" in converted(r"\text{a\_b}", "inline")
    True
    """
    for begin, end in ((r"\begin{align*}", r"\end{align*}"), (r"\begin{equation*}", r"\end{equation*}")):
        latex = latex.removeprefix(begin).removesuffix(end)
    mathml = convert(latex.strip(), display=display).replace(r"\_", "_")
    return mathml.replace("<math ", f'<math alttext="{html.escape(latex.strip())}" ', 1)
