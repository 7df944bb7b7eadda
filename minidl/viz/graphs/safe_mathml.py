"""MathML that can hold nothing but mathematics: parsed, and rebuilt from a fixed list of elements and attributes."""

import re
import xml.etree.ElementTree as ET

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = set(
    "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle "
    "mpadded mphantom mmultiscripts mprescripts none menclose".split()
)
ATTRIBUTES = set(
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop "
    "linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace "
    "scriptlevel separator stretchy symmetric voffset width".split()
)
VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,40}")
DEEPEST = 60


def rebuilt(mathml):
    r"""The same formula, rebuilt: other elements are replaced by what is in them, other attributes are left out.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        When it is not XML.
    ValueError
        When it declares entities, or is nested too deep.

    >>> rebuilt('<math><mtext>1 &lt; 2</mtext><script src="x">alert(1)</script></math>')
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mtext>1 &lt; 2</mtext><mtext>alert(1)</mtext></math>'
    """
    if "<!" in mathml:
        raise ValueError("a formula declares nothing")
    root = ET.Element("math", xmlns=NAMESPACE[1:-1])
    source = ET.fromstring(mathml)
    _copy_attributes(source, root)
    _fill(source, root, 0)
    return ET.tostring(root, encoding="unicode")


def _copy_attributes(source, target):
    for name, value in source.attrib.items():
        if name in ATTRIBUTES and VALUE.fullmatch(value):
            target.set(name, value)


def _fill(source, target, depth):
    """Put copies of what is in one element into another."""
    if depth > DEEPEST:
        raise ValueError("a formula is not nested so deep")
    target.text = source.text
    for child in source:
        name = str(child.tag).removeprefix(NAMESPACE)
        if name in ELEMENTS - {"math"}:
            copy = ET.SubElement(target, name)
            _copy_attributes(child, copy)
            _fill(child, copy, depth + 1)
        else:
            ET.SubElement(target, "mtext").text = "".join(child.itertext())
