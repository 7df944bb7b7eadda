"""Pictures keep the numbers that they show, not the graph; widgets go when their cell runs again."""

import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import minidl as md
from minidl.viz.widget import shown


@pytest.mark.parametrize("kind", ["graph", "steps"])
def test_a_picture_lets_the_graph_go(kind):
    model = md.nn.Sequential(md.nn.Linear(64, 256), md.nn.ReLU(), md.nn.Linear(256, 1))
    loss = model(md.randn(500, 64)).square().mean()
    node = weakref.ref(loss.node)
    picture = getattr(md.viz, kind)(loss, names={})
    picture.state()
    del loss, model
    gc.collect()
    assert picture.text
    assert node() is None


def test_fifteen_graphs_keep_no_activations():
    def held(pictures):
        """Bytes of all arrays that can be reached from the pictures."""
        seen, waiting, total = set(), list(pictures), 0
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen or isinstance(thing, type) or type(thing).__name__ in ("module", "function"):
                continue
            seen.add(id(thing))
            total += thing.nbytes if isinstance(thing, np.ndarray) else 0
            waiting.extend(gc.get_referents(thing))
        return total

    model = md.nn.Sequential(md.nn.Linear(64, 256), md.nn.ReLU(), md.nn.Linear(256, 1))
    pictures = [md.viz.graph(model(md.randn(500, 64)).mean(), names={}) for _ in range(15)]
    assert held(pictures) < 1_000_000  # one activation alone has 512,000 bytes


# Cells


@pytest.fixture
def notebook(monkeypatch):
    """A notebook in which `run(cell, widgets)` runs a cell that shows widgets."""
    monkeypatch.setattr(shown, "_shown", {})
    current = []
    monkeypatch.setattr(shown, "_this_cell", lambda: current[-1])

    def run(cell, *widgets):
        shown.forget(cell)
        current.append(cell)
        for widget in widgets:
            shown.remember(widget)

    return run


def test_a_cell_that_runs_again_closes_what_it_showed(notebook):
    first, other = md.viz.loss_curve([2, 1]).widget(), md.viz.loss_curve([3, 1]).widget()
    notebook("a", first)
    notebook("b", other)
    notebook("a")
    assert first.closed
    assert not other.closed


def test_what_another_cell_shows_too_stays(notebook):
    widget = md.viz.loss_curve([2, 1]).widget()
    notebook("a", widget)
    notebook("b", widget)
    notebook("a")
    assert not widget.closed
    notebook("b")
    assert widget.closed


def test_a_closed_widget_lets_its_picture_go_and_a_shown_picture_gets_a_new_one():
    picture = md.viz.loss_curve([2, 1])
    widget = picture.widget()
    assert picture.widget() is widget
    widget.close()
    assert picture.widget() is not widget
    seen = weakref.ref(picture)
    picture.widget().close()
    del picture
    gc.collect()
    assert seen() is None


def test_the_cell_is_the_one_whose_message_made_it_run(monkeypatch):
    import IPython

    registered = []
    shell = SimpleNamespace(
        events=SimpleNamespace(register=lambda name, call: registered.append((name, call))),
        get_parent=lambda: {"metadata": {"cellId": "cell-7"}},
    )
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(shown, "_shown", {})
    widget = md.viz.loss_curve([2, 1]).widget()
    shown.remember(widget)
    shown.remember(widget)
    ((name, call),) = registered
    assert name == "pre_run_cell"
    call(SimpleNamespace(cell_id="cell-8"))
    assert not widget.closed
    call(SimpleNamespace(cell_id="cell-7"))
    assert widget.closed
