"""What the benchmarks measure with: that the work is work, the exponents are right, and nobody is left out in silence."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import minidl as md

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """A module of the benchmarks by its name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


WORKS = ["moons_mlp", "digits_mlp", "small_cnn", "cnn_with_batch_norm", "char_lstm", "transformer"]


@pytest.mark.parametrize("name", WORKS)
def test_every_work_learns(bench, name):
    md.manual_seed(0)
    step = getattr(bench("workloads"), name)(md)
    losses = [step().item() for _ in range(6)]
    assert losses[-1] < losses[0]


def test_every_work_has_an_aim_and_says_what_it_is(bench):
    works = bench("workloads").AIMS
    assert {work.__name__ for work in works} == {*WORKS, "chain", "long_chain"}
    assert all(work.__doc__ for work in works)


def test_the_exponent_is_that_of_the_large_sizes(bench):
    n = np.array([1, 2, 4, 8, 16, 32, 64, 128])
    assert bench("growth").exponent(n, 3.0 * n**2) == pytest.approx(2)
    assert bench("growth").exponent(n, np.maximum(16.0, n)) == pytest.approx(1)


def test_who_cannot_do_a_work_takes_no_part_in_it(bench):
    class Scalars:
        CAN = ("moons_mlp",)
        moons_mlp = staticmethod(lambda: lambda: 1.0)

    peers, works = bench("peers"), bench("workloads")
    assert list(peers.steps_of(works.moons_mlp, {"minidl": md, "scalars": Scalars})) == ["minidl", "scalars"]
    assert list(peers.steps_of(works.digits_mlp, {"minidl": md, "scalars": Scalars})) == ["minidl"]


def test_a_missing_library_is_said(bench, monkeypatch, capsys):
    peers = bench("peers")
    monkeypatch.setitem(peers.PEERS, "nobody", "a_library_that_nobody_has")
    found, missing = peers.load(["minidl", "nobody"])
    assert list(found) == ["minidl"]
    peers.say_missing(missing)
    assert "nobody takes no part: No module named 'a_library_that_nobody_has'" in capsys.readouterr().out


def test_contestants_take_turns_and_slow_ones_sit_out(bench):
    turns = []
    medians = bench("speed").medians({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, rounds=4, block=1e-9)
    assert turns == ["a", "b"] + ["a", "a", "b", "b"] * 3
    assert set(medians) == {"a", "b"}
    assert min(medians.values()) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
def test_a_node_has_some_hundred_bytes(bench):
    assert 200 < bench("memory").alone("node_alone", "minidl") < 2000


@pytest.mark.parametrize("peers", [("minidl",), ("minidl", "PyTorch, 1 thread", "PyTorch, 2 threads", "autograd")])
def test_the_picture_shows_every_part_with_and_without_other_libraries(bench, peers):
    both = ["minidl", "PyTorch"][: 1 + (len(peers) > 1)]
    results = {
        "speed": {name: {"ms": dict.fromkeys(peers, 2.0), "aim": 1.0} for name in WORKS},
        "memory": {"steps": {name: {one: {"step": 1.0} for one in both} for name in WORKS}},
        "growth": {
            "with_batch": {
                "axis": "batch",
                "sizes": [1, 2, 4],
                "ms": {one: [1, 2, 3] for one in both},
                "exponent": dict.fromkeys(both, 0.7),
            }
        },
        "chapters": {"00_start": 3.0, "01_next": 4.0},
    }
    svg = bench("plot").picture(results).svg
    assert "All 2 chapters run in 7 seconds" in svg
    assert "minidl batch^0.7" in svg
    assert ("autograd" in svg) == (len(peers) > 1)
    compared = len(peers) > 1  # an aim is a ratio to PyTorch: without it there is none, and times are milliseconds
    assert ("time, PyTorch = 1" in svg, "ms a step (log scale)" in svg, ">aim<" in svg) == (compared, not compared, compared)


def test_neighbours_end_with_what_is_measured_beside_them(bench):
    busy = bench("busy")
    with busy.beside([busy.WITHOUT_PAUSE, busy.NOW_AND_THEN]):
        times = busy.means({"nothing": lambda: None}, blocks=1, seconds=0.01)
    assert 0 < times["nothing"] < 10
    assert set(busy.NEIGHBOURS) == {"idle", "one core burnt", "two bursty"}


def test_the_tables_have_the_better_time_of_pytorch_and_gaps_for_who_took_no_part(bench):
    tables = bench("tables")
    ms = {"minidl": 0.174, "PyTorch, 1 thread": 2.5, "PyTorch, 2 threads": 0.49}
    speed = {"moons": {"work": "MLP.", "ms": {**ms, "micrograd": 2069.4}}, "digits": {"work": "digits.", "ms": ms}}
    assert tables.speed_table(speed).splitlines() == [
        "| work | minidl | PyTorch | micrograd |",
        "| --- | --- | --- | --- |",
        "| MLP | 0.17 | 0.49 | 2,069 |",
        "| digits | 0.17 | 0.49 |  |",
    ]
    busy = {
        "moons_mlp": {
            "idle": {"minidl": 1.0, "PyTorch, 1 thread": 2.0},
            "two bursty": {"minidl": 3.0, "PyTorch, 1 thread": 99.7},
        }
    }
    assert tables.busy_table(busy).splitlines() == [
        "| minidl / PyTorch, 1 thread | idle | two bursty |",
        "| --- | --- | --- |",
        "| moons_mlp | 1 / 2 | 3 / 100 |",
    ]
