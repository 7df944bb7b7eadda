"""The style sheets of the widgets: each widget brings its own and the shared one, and a page has many."""

import re
from pathlib import Path

import pytest

from minidl.viz.widget import HERE

OWN = sorted(path for path in HERE.glob("*.css") if path.name != "common.css")
CLASS = re.compile(r"\.md-[\w-]+")


def selectors(sheet: Path):
    text = re.sub(r"/\*.*?\*/|@media[^{]*\{", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    return [one.strip() for group in re.findall(r"([^{}]+)\{", text) for one in re.split(r",(?![^(]*\))", group)]


@pytest.mark.parametrize("sheet", OWN, ids=lambda path: path.stem)
def test_the_rules_of_a_widget_win_over_the_shared_ones_that_a_later_widget_brings_again(sheet):
    shared = {name for one in selectors(HERE / "common.css") for name in CLASS.findall(one)} - {".md-widget"}
    for selector in selectors(sheet):
        if shared.intersection(CLASS.findall(selector)):
            assert selector.startswith(".md-widget"), selector
