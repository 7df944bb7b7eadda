"""Graphs of a learner's own objects."""

import xml.etree.ElementTree as ET

import pytest

import minidl as md
from minidl.errors import GraphError


class Box:
    def __init__(self, text, *parents):
        self.text, self.parents = text, parents


def draw(root, **options):
    return md.viz.nodes(root, lambda box: box.parents, lambda box: box.text, **options)


def test_every_object_is_one_box_however_often_it_is_used():
    a = Box("a\n2")
    root = ET.fromstring(draw(Box("sum", Box("product", a, a), a)).svg)
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == ["2", "a", "product", "sum"]
    assert len([g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "edge"]) == 4


def test_the_title_is_written_above_the_boxes():
    picture = draw(Box("sum", Box("a")), title="A title that is wider than <both> of the boxes below it")
    lines = list(ET.fromstring(picture.svg).iter("{http://www.w3.org/2000/svg}text"))
    assert [t.text for t in lines[:2]] == ["A title that is wider than <both> of the", "boxes below it"]
    assert all(float(t.get("y")) > float(lines[1].get("y")) for t in lines[2:])
    assert len(picture.content(".png")) > 1000


def test_hostile_labels_are_text():
    picture = draw(Box('<script>"\\N', Box("🎓")))
    assert not [e for e in ET.fromstring(picture.svg).iter() if e.tag.endswith("script")]


def test_circles_and_crowds_are_refused():
    a = Box("a")
    a.parents = (a,)
    with pytest.raises(GraphError, match="leads back to itself"):
        draw(a)
    box = Box("0")
    for k in range(500):
        box = Box(str(k), box)
    with pytest.raises(GraphError, match="more than 400 nodes"):
        draw(box)
