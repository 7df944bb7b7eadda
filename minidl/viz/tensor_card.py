"""A tensor in a notebook: its numbers, what they are like, and a small heat map."""

import html

import numpy as np

from minidl.viz.colours import rgb
from minidl.viz.graphs.details import heat
from minidl.viz.pixels import png
from minidl.viz.summary import shape_text, value_summary
from minidl.viz.theme import LIGHT, css

SIDE = 120  # of a heat map, in pixels
STYLE = """
.minidl-tensor { display: flex; gap: 18px; align-items: flex-start; }
.minidl-tensor pre { margin: 0; padding: 0; background: none; color: inherit; }
.minidl-tensor .note { color: var(--md-faint); font-size: 12px; margin-top: 4px; }
.minidl-tensor img { flex: none; image-rendering: pixelated; max-width: none; margin-top: 2px;
  border: 1px solid var(--md-line); }
"""


def tensor_card(tensor):
    """HTML of a tensor; None for a single number, an empty tensor and whatever has no heat map, whose text is enough."""
    array = tensor.array
    if array.size < 2 or array.ndim == 0 or array.dtype.kind not in "fiub":
        return None
    facts = {"shape": shape_text(array.shape), "dtype": str(array.dtype)}
    if array.size > 4:
        facts |= value_summary(array)
    if tensor.grad is not None:
        facts["gradient"] = next(iter(value_summary(tensor.grad.array).values()))
    note = html.escape(" · ".join(f"{name} {value}" for name, value in facts.items()))
    with np.errstate(all="ignore"):  # numbers of any size have their text
        numbers = html.escape(repr(tensor))
    return (
        f'<div class="minidl-tensor"><style>{css(".minidl-tensor")}{STYLE}</style>{heat_image(array)}'
        f'<div><pre>{numbers}</pre><div class="note">{note}</div></div></div>'
    )


def heat_image(array):
    """A small heat map: blue above 0, grey below, orange where a value is not finite."""
    rows = np.array(heat(array if array.dtype.kind != "b" else array.astype(np.float32)), dtype=float) / 100
    blue, grey, orange = (rgb(LIGHT[name]) for name in ("value", "faint", "gradient"))
    colours = np.where(np.isnan(rows)[..., None], orange, np.where(rows[..., None] < 0, grey, blue))
    pixels = np.concatenate([colours, np.nan_to_num(np.abs(rows), nan=1.0)[..., None]], axis=-1)
    cell = min(18.0, max(2.0, SIDE / max(rows.shape)))
    size = f'width="{rows.shape[1] * cell:.0f}" height="{rows.shape[0] * cell:.0f}"'
    return f'<img alt="heat map of the values" {size} src="{png(pixels)}">'
