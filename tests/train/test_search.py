"""Searching: what is tried, on which executor, and what is left when something breaks."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import minidl as md
from minidl.train import Float, Int, search
from minidl.train.search import SearchError

ROOT = Path(__file__).parents[2]
SPACE = {"lr": Float(0.001, 1.0, log=True), "width": Int(1, 8), "act": ["relu", "tanh"]}


def bowl(config):
    """Smallest at width 3 and the smallest rate."""
    return (config["width"] - 3) ** 2 + config["lr"] + (config["act"] == "tanh")


def chance(config):
    return md.rand(1).item()


def with_budget(config, budget):
    return abs(config["width"] - 3) + 1 / budget


def harmless(config):
    return float(config["width"])


def deadly(config):
    """Kills its own process where the width is 2."""
    if config["width"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(config["width"])


def deadly_once(config):
    """As `deadly`, but only the first time: a machine that had no memory left, and has it again."""
    mark = Path(os.environ["MARK"])
    if config["width"] == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(config["width"])


def stubborn(config):
    if config["width"] > 2:
        raise RuntimeError(f"too wide: {config['width']}")
    return float(config["width"]) if config["width"] == 1 else float("nan")


kills = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")


def values(found):
    return [trial.value for trial in found.trials]


# What is tried


def test_a_random_search_draws_from_every_setting_and_repeats_with_its_seed():
    found = search(SPACE, bowl, trials=50)
    assert {trial.config["act"] for trial in found.trials} == {"relu", "tanh"}
    assert {trial.config["width"] for trial in found.trials} == set(range(1, 9))
    assert all(0.001 <= trial.config["lr"] <= 1 for trial in found.trials)
    assert 15 < sum(trial.config["lr"] < 0.0316 for trial in found.trials) < 35  # half of the powers of ten
    assert values(search(SPACE, bowl, trials=50)) == values(found)
    assert values(search(SPACE, bowl, trials=50, seed=1)) != values(found)
    assert found.best.value == min(values(found))


def test_a_grid_has_every_combination():
    found = search({"width": Int(1, 3), "act": ["relu", "tanh"]}, lambda config: config["width"], method="grid")
    assert [tuple(trial.config.values()) for trial in found.trials] == [
        (1, "relu"),
        (1, "tanh"),
        (2, "relu"),
        (2, "tanh"),
        (3, "relu"),
        (3, "tanh"),
    ]


def test_halving_gives_the_best_third_three_times_as_much():
    found = search(SPACE, with_budget, method="halving", trials=18, budgets=(1, 3, 9))
    assert [sum(trial.budget == b for trial in found.trials) for b in (1, 3, 9)] == [18, 6, 2]
    promoted = {trial.config["width"] for trial in found.trials if trial.budget == 3}
    assert max(abs(width - 3) for width in promoted) <= 1
    assert found.best.budget == 9


def test_evolution_gets_better_than_its_first_generation():
    found = search(SPACE, bowl, method="evolution", trials=40, generations=5)
    first, last = found.trials[:8], found.trials[-8:]
    assert len(found.trials) == 40
    assert sum(t.value for t in last) < sum(t.value for t in first)
    assert found.best.config["width"] == 3


def test_each_trial_starts_from_its_recorded_seed():
    found = search(SPACE, chance, trials=3)
    for trial in found.trials:
        md.manual_seed(trial.seed)
        assert md.rand(1).item() == trial.value
    assert len(set(values(found))) == 3


# Where it runs


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_every_executor_finds_the_same(kind):
    with kind(2) as executor:
        found = search(SPACE, bowl, trials=12, executor=executor, method="evolution")
    assert values(found) == values(search(SPACE, bowl, trials=12, method="evolution"))


def test_own_processes_find_the_same():
    assert values(search(SPACE, chance, trials=6, workers=2)) == values(search(SPACE, chance, trials=6))


def lost(found):
    return [trial.config["width"] for trial in found.trials if trial.value is None]


@kills
def test_a_killed_worker_loses_its_trial_and_no_more():
    found = search({"width": Int(1, 6)}, deadly, method="grid", workers=2)
    assert lost(found) == [2]
    assert {trial.error for trial in found.trials} == {"", "its process was killed"}
    assert found.best.value == 1


@kills
@pytest.mark.parametrize("method", ["grid", "evolution"])
def test_a_pool_that_breaks_loses_the_trial_that_broke_it_and_no_more(method):
    with ProcessPoolExecutor(2) as executor:
        found = search({"width": [2, 4], "n": [1, 2, 3]}, deadly, method=method, trials=12, executor=executor)
    assert set(lost(found)) == {2}
    assert all(trial.value == trial.config["width"] for trial in found.trials if trial.config["width"] != 2)


@pytest.fixture
def mpi(tmp_path):
    """Runs a search on two workers of MPI; what the process said."""
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("mpich is not installed")
    script = tmp_path / "searching.py"

    def running(call):
        script.write_text(
            "from mpi4py.futures import MPIPoolExecutor\n"
            "from minidl.train import Int, search\n"
            "from tests.train.test_search import *\n"
            "if __name__ == '__main__':\n"
            "    with MPIPoolExecutor() as executor:\n"
            f"        print(values({call}))\n"
        )
        return subprocess.run(
            [mpiexec, "-n", "3", sys.executable, "-m", "mpi4py.futures", str(script)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "MARK": str(tmp_path / "mark")},
        )

    return running


def test_mpi_runs_trials_in_other_processes(mpi):
    said = mpi("search(SPACE, chance, trials=6, executor=executor)")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == values(search(SPACE, chance, trials=6))


@kills
def test_mpi_ends_with_a_killed_worker_and_goes_on_from_the_file(mpi, tmp_path):
    file = tmp_path / "search.json"
    call = f"search({{'width': Int(1, 30)}}, deadly_once, method='random', trials=60, executor=executor, file={str(file)!r})"
    assert mpi(call).returncode != 0
    said = mpi(call)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == values(search({"width": Int(1, 30)}, harmless, trials=60))


@pytest.fixture
def dask(monkeypatch, tmp_path):
    """A cluster of two workers."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        yield client.get_executor()


def test_dask_runs_trials_on_its_cluster(dask):
    assert values(search(SPACE, chance, trials=6, executor=dask)) == values(search(SPACE, chance, trials=6))


@kills
def test_dask_tries_the_trial_of_a_killed_worker_again_and_loses_none(dask):
    found = search({"width": Int(1, 6)}, deadly_once, trials=20, executor=dask)
    assert values(found) == values(search({"width": Int(1, 6)}, harmless, trials=20))


@kills
def test_dask_whose_workers_are_killed_again_and_again_is_given_up(dask):
    found = search({"width": Int(1, 6)}, deadly, trials=12, executor=dask, timeout=20)
    assert 2 in {trial.config["width"] for trial in found.trials}
    assert all(trial.value in (None, trial.config["width"]) for trial in found.trials)
    assert all(trial.value is None and trial.error for trial in found.trials if trial.config["width"] == 2)


class Deaf(Executor):
    """An executor whose workers are gone from the third trial on, and that does not notice."""

    def __init__(self):
        self.submitted: list = []

    def submit(self, call, /, *args, **kwargs):
        self.submitted.append(Future())
        if len(self.submitted) <= 2:
            self.submitted[-1].set_result(call(*args, **kwargs))
        return self.submitted[-1]


@pytest.mark.parametrize("method", ["grid", "halving", "evolution"])
def test_an_executor_that_never_answers_is_given_up_and_the_file_goes_on(method, tmp_path):
    how = {"method": method, "trials": 4, "generations": 2, "file": tmp_path / "search.json"}
    deaf, space = Deaf(), {"width": [1, 2, 3, 4]}
    found = search(space, lambda config, budget=0: config["width"], executor=deaf, timeout=0.2, **how)
    assert [trial.value is None for trial in found.trials][:4] == [False, False, True, True]
    assert found.trials[3].error == "no trial was over for 0.2 seconds, so its workers count as gone"
    assert all(future.cancelled() for future in deaf.submitted[2:])
    again = search(space, lambda config, budget=0: config["width"], **how)
    assert None not in values(again)


def test_an_executor_that_is_slow_is_not_given_up_as_long_as_something_is_over_now_and_then():
    slow = lambda config: time.sleep(0.2) or config["width"]
    with ThreadPoolExecutor(1) as executor:
        found = search({"width": [1, 2, 3, 4, 5, 6]}, slow, method="grid", executor=executor, timeout=0.9)
    assert values(found) == [1, 2, 3, 4, 5, 6]


# What is left


def test_a_trial_that_fails_is_written_down_and_the_others_go_on():
    found = search({"width": Int(1, 4)}, stubborn, method="grid")
    assert values(found) == [1.0, None, None, None]
    assert [trial.error for trial in found.trials[1:]] == [
        "the objective is nan",
        "RuntimeError: too wide: 3",
        "RuntimeError: too wide: 4",
    ]
    assert repr(found) == "Search(grid: 4 trials, 3 failed, best 1 with {'width': 1})"


@pytest.mark.parametrize("method", ["random", "grid", "halving", "evolution"])
def test_a_search_goes_on_from_its_file(method, tmp_path):
    asked, file = [], tmp_path / "search.json"

    def counted(config, budget=0):
        asked.append(config)
        if len(asked) == 5:
            raise KeyboardInterrupt
        return bowl(config)

    space = {"lr": [0.1, 0.2], "width": Int(1, 4), "act": ["relu"]}
    with pytest.raises(KeyboardInterrupt):
        search(space, counted, method=method, trials=9, file=file)
    found = search(space, counted, method=method, trials=9, file=file)
    assert len(asked) == len(found.trials) + 1  # only what was interrupted is tried again
    whole = lambda config, budget=0: bowl(config)
    assert values(found) == values(search(space, whole, method=method, trials=9))
    assert [row["seed"] for row in json.loads(file.read_text())["trials"]] == [trial.seed for trial in found.trials]


def test_the_file_of_another_search_is_refused(tmp_path):
    search(SPACE, bowl, trials=2, file=tmp_path / "one.json")
    with pytest.raises(SearchError, match="belongs to another search"):
        search(SPACE, bowl, trials=3, file=tmp_path / "one.json")


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(ValueError, match=r"'width' is searched in a list of choices, .* not in 3"):
        search({"width": 3}, bowl)
    with pytest.raises(ValueError, match="a range goes from low to a higher number"):
        Float(0, 1, log=True)
    with pytest.raises(ValueError, match="method is one of random, grid, halving, evolution, not 'best'"):
        search(SPACE, bowl, method="best")
    for timeout in (5, -1):
        with pytest.raises(ValueError, match="timeout is a number of seconds above 0 that an executor= may be silent"):
            search(SPACE, bowl, timeout=timeout)
    with pytest.raises(SearchError, match="no trial has a value: KeyError"):
        search({"x": [1]}, bowl, method="grid").best  # noqa: B018


def test_a_range_and_a_space_are_what_they_say():
    for wrong in (lambda: Float(0, float("inf")), lambda: Float(float("-inf"), 0), lambda: Int(0, float("inf"))):
        with pytest.raises(ValueError, match="a range goes from low to a higher number"):
            wrong()
    with pytest.raises(ValueError, match=r"a range of whole numbers has whole ends: not Int\(low=1.5, high=3"):
        Int(1.5, 3)
    with pytest.raises(TypeError, match="a space is a dict, from the name of each setting to its values, not a list"):
        search([1, 2], lambda setting: 1.0, trials=1)
