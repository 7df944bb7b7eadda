"""Searching for settings: at random, on a grid, by successive halving, by evolution; on any executor, and resumable."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from minidl.errors import MinidlError
from minidl.system.files import read_whole, write_atomically
from minidl.train.search_space import checked_space, drawn, grid_of, redrawn
from minidl.train.trials import Trial, run_all

METHODS = ("random", "grid", "halving", "evolution")


class SearchError(MinidlError):
    """A search cannot go on, or has nothing to show."""


@dataclass
class Search:
    """What was tried.

    Attributes
    ----------
    method : str
    trials : list of Trial
    """

    method: str
    trials: list = field(default_factory=list)

    @property
    def best(self):
        """The trial with the smallest value; of successive halving, among those with the largest budget.

        Raises
        ------
        SearchError
            When every trial failed.
        """
        done = [trial for trial in self.trials if trial.value is not None]
        if not done:
            raise SearchError(f"no trial has a value: {self.trials[0].error if self.trials else 'there is none'}")
        most = max(trial.budget or 0 for trial in done)
        return min((trial for trial in done if (trial.budget or 0) == most), key=lambda trial: trial.value)

    def __repr__(self):
        failed = sum(trial.value is None for trial in self.trials)
        said = f"Search({self.method}: {len(self.trials)} trials" + (f", {failed} failed" if failed else "")
        return said + (f", best {self.best.value:.4g} with {self.best.config})" if failed < len(self.trials) else ")")


def search(
    space,
    objective,
    *,
    method="random",
    trials=20,
    executor=None,
    workers=1,
    timeout=None,
    seed=0,
    file=None,
    budgets=(1, 3, 9),
    generations=4,
):
    """Try settings, and find the one with the smallest value.

    Choose by validation data. The best of many looks better than it is: judge it on data that played no part in any choice.

    Parameters
    ----------
    space : dict of str -> list, Float or Int
        The values of each setting.
    objective : callable
        ``objective(config)`` gives a number, smaller is better; ``objective(config, budget)`` in successive halving. Its
        random numbers start from the seed of the trial. Other processes must be able to import it.
    method : {"random", "grid", "halving", "evolution"}
        "halving" gives `trials` settings the smallest budget, the best of them the next, and so on (Jamieson and
        Talwalkar 2016). "evolution" changes one setting of the better half in each generation.
    trials : int
        How many; in evolution over all generations. A grid has as many as it has.
    executor : concurrent.futures.Executor, optional
        Where trials run: processes, ``mpi4py.futures.MPIPoolExecutor()``, Dask's ``client.get_executor()``, or threads,
        which share one stream of random numbers: there give each trial a `Generator` of its own. What a pool of processes
        leaves when one of them is killed is run in `workers` processes of our own.
    workers : int
        Without an executor: 1 runs the trials here, more in that many processes. One that is killed loses its trial alone.
    timeout : float, optional
        Seconds after which an executor of which no trial is over counts as dead: what is left has failed, and a search with
        a `file` tries it again the next time. Choose it longer than the longest trial. Without it the search waits as long
        as it takes, which may be for ever: when a trial has killed every worker, Dask can leave another one pending.
    seed : int
        Of the settings that are drawn, and of the seeds of the trials.
    file : path, optional
        What was tried is kept there, after each trial; a search that finds its file goes on from it.
    budgets : sequence of numbers
        Of successive halving, rising.
    generations : int
        Of evolution.

    Returns
    -------
    Search

    Raises
    ------
    SearchError
        When the file belongs to another search.
    ValueError
        For a setting without values, or an unknown method.

    Examples
    --------
    >>> from minidl.train import Float, search
    >>> found = search({"x": Float(-1, 1), "power": [2, 4]}, lambda config: config["x"] ** config["power"], trials=30)
    >>> len(found.trials), found.best.value < 0.001
    (30, True)
    """
    checked_space(space)
    if method not in METHODS:
        raise ValueError(f"method is one of {', '.join(METHODS)}, not {method!r}")
    if timeout is not None and (executor is None or not timeout > 0):
        raise ValueError(f"timeout is a number of seconds above 0 that an executor= may be silent, not {timeout!r}")
    random, found = Random(seed), Search(method)
    batches = {
        "random": lambda: iter([[drawn(space, random) for _ in range(trials)]]),
        "grid": lambda: iter([grid_of(space)]),
        "halving": lambda: _halving(found, space, random, trials, budgets),
        "evolution": lambda: _evolution(found, space, random, trials, generations),
    }[method]()
    record = _Record(file, found, repr([space, method, seed, trials, budgets, generations]))
    for k, configs in enumerate(batches):
        budget = budgets[k] if method == "halving" else None
        start = len(found.trials)
        batch = [Trial(start + i, config, _seed(seed, config), budget) for i, config in enumerate(configs)]
        found.trials += batch
        run_all([trial for trial in batch if not record.knows(trial)], objective, executor, workers, timeout, record.add)
    return found


def _seed(seed, config):
    """The seed of a trial: the same setting starts alike whenever it is tried."""
    return int.from_bytes(hashlib.sha256(repr((seed, config)).encode()).digest()[:4], "big") >> 1


def _halving(found, space, random, trials, budgets):
    """All with the smallest budget, then the best of them with the next."""
    yield [drawn(space, random) for _ in range(trials)]
    for rung in range(1, len(budgets)):
        before = [trial for trial in found.trials if trial.budget == budgets[rung - 1] and trial.value is not None]
        keep = max(1, round(len(before) * budgets[rung - 1] / budgets[rung]))
        yield [trial.config for trial in sorted(before, key=lambda trial: trial.value)[:keep]]


def _evolution(found, space, random, trials, generations):
    """At random first; then children of the better half of all, each with one setting drawn again."""
    size = max(1, trials // generations)
    yield [drawn(space, random) for _ in range(trials - size * (generations - 1))]
    for _ in range(generations - 1):
        parents = sorted(found.trials, key=lambda trial: trial.rank)[: max(1, size // 2)]
        children = []
        for _ in range(size):
            parent, name = random.choice(parents), random.choice(list(space))
            children.append({**parent.config, name: redrawn(space[name], random)})
        yield children


class _Record:
    """What is known from the file of a search, and what is added to it."""

    def __init__(self, file, found, search_said):
        self.file, self.found, self.said = None if file is None else Path(file), found, search_said
        self.known = {}
        if self.file is not None and self.file.exists():
            kept = json.loads(read_whole(self.file).decode())
            if kept["search"] != search_said:
                raise SearchError(
                    f"{self.file.name} belongs to another search: give another file, or take it away\n"
                    f"    in the file   {kept['search']}\n    asked for     {search_said}"
                )
            self.known = {row["number"]: row for row in kept["trials"]}

    def knows(self, trial):
        """Whether a trial has its value in the file; then it gets it. What was killed is tried again."""
        row = self.known.get(trial.number)
        if row is None or row["value"] is None:
            return False
        trial.value, trial.seconds = row["value"], row["seconds"]
        return True

    def add(self, trial):
        """Keep a trial that is over."""
        if self.file is None:
            return
        number = {"number": trial.number, "config": repr(trial.config), "seed": trial.seed, "budget": trial.budget}
        self.known[trial.number] = number | {"value": trial.value, "error": trial.error, "seconds": trial.seconds}
        rows = [self.known[k] for k in sorted(self.known)]
        write_atomically(self.file, json.dumps({"search": self.said, "trials": rows}, indent=1).encode())
