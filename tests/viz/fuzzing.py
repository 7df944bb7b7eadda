"""Hostile text and numbers for pictures."""

import json
import xml.etree.ElementTree as ET

from minidl.viz.widget import plain

PIECES = [
    "",
    " ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    "\x00",
    "\x01",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udfff",
    "\u200b",
    "\u202e",
    "́",
    "🎓",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "שלום",
    "العربية",
    "漢字",
    "𝔘",
    "\\",
    "\\N",
    "\\G",
    "\\l",
    "\\n",
    "\\E",
    '"',
    "'",
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "&lt;",
    "<b>",
    "</b>",
    "<script>alert(1)</script>",
    "<![CDATA[",
    "]]>",
    "<!-- ",
    "-->",
    "<<TABLE>>",
    "}",
    "{",
    "];",
    "->",
    "$",
    "$$",
    "$x^2$",
    "\\frac{",
    "\\text{<script>}",
    'x="1.23456"',
    ": #0072b2",
    ' style="fill: #0072b2"',
    "data:image/png;base64,AAAA",
    "{}",
    "{0}",
    "%s",
    "%n",
    "a",
    "weight",
    "0",
    "-1.5",
    "_",
    "A very long name that goes on and on ",
    "x" * 200,
]
NUMBERS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    1e308,
    -1e308,
    1.7e308,
    3e38,
    1e100,
    1e30,
    5e-324,
    1e-300,
    1e-30,
    1e16,
    1 + 1e-15,
]


def label(rng):
    """A random label; one in two hundred is a hundred kilobytes long."""
    text = "".join(rng.choice(PIECES) for _ in range(rng.choice([0, 1, 1, 2, 3, 6])))
    return text * (100_000 // max(1, len(text))) if rng.random() < 0.005 else text


def number(rng):
    """A random number, often one that is hard."""
    return rng.choice(NUMBERS) if rng.random() < 0.7 else rng.gauss(0, 1)


def check_picture(picture):
    """Every view of a picture is well-formed: SVG, the state of the widget, the text."""
    root = ET.fromstring(picture.svg)
    assert not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject"))]
    assert not [name for e in root.iter() for name in e.attrib if name.startswith("on")]
    json.dumps(plain(picture.state()), allow_nan=False).encode()
    picture.text.encode()
    return root
