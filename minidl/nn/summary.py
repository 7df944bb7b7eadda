"""A module as a tree with the number of its parameters, as text and as HTML."""

from html import escape

from minidl.nn.parameter import UninitializedParameter


def count(module):
    """How many numbers a module learns; shared ones once, and lazy ones not before they have a shape."""
    return sum(p.numel() for p in module.parameters() if not isinstance(p, UninitializedParameter))


class Summary:
    """A module, its parts, and how many parameters each has.

    Examples
    --------
    >>> import minidl as md
    >>> md.nn.Sequential(md.nn.Linear(4, 8), md.nn.ReLU(), md.nn.Linear(8, 2)).summary()
    Sequential                                            58
      0: Linear(in_features=4, out_features=8, bias=True) 40
      1: ReLU()                                            0
      2: Linear(in_features=8, out_features=2, bias=True) 18
    58 parameters
    """

    def __init__(self, module):
        self.module = module

    def rows(self, module=None, name="", depth=0):
        """For each part (its depth, its name, what it is, how many parameters), from the outside in."""
        module = module or self.module
        has_parts = any(True for _ in module.children())
        kind = type(module).__name__
        yield depth, name, kind if has_parts else f"{kind}({module.extra_repr()})", count(module)
        for inner, part in module.named_children():
            yield from self.rows(part, inner, depth + 1)

    def __repr__(self):
        labels = [("  " * depth + (f"{name}: " if name else "") + what, n) for depth, name, what, n in self.rows()]
        wide, digits = max(len(text) for text, _ in labels), len(f"{labels[0][1]:,}")
        return "\n".join(f"{text:<{wide}} {n:>{digits},}" for text, n in labels) + f"\n{count(self.module):,} parameters"

    def _repr_html_(self):
        return f'<div class="minidl-summary" style="font-family: monospace">{self._html(self.module, "")}</div>'

    def _html(self, module, name):
        parts = list(module.named_children())
        kind, n = type(module).__name__, f"{count(module):,}"
        label = escape(f"{name}: " if name else "") + f"<b>{escape(kind)}</b>"
        if not parts:
            return f"<div>{label}({escape(module.extra_repr())}) &middot; {n}</div>"
        inside = "".join(self._html(part, inner) for inner, part in parts)
        return (
            f'<details open><summary>{label} &middot; {n}</summary><div style="margin-left: 1.5em">{inside}</div></details>'
        )
