"""Running trials: here, in processes of our own, or on any executor; a worker that is killed loses one trial and no more."""

import math
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from minidl.engine.generator import manual_seed

KILLED = "its process was killed"
SILENT = "no trial was over for {:g} seconds, so its workers count as gone"


@dataclass
class Trial:
    """One setting that is tried.

    Attributes
    ----------
    number : int
        Counts from 0.
    config : dict of str -> object
    seed : int
        Where the random numbers start, so that the trial can be repeated.
    budget : number or None
        What it may spend, in successive halving.
    value : float or None
        What the objective gave; smaller is better. None where it failed.
    error : str
        Why it failed.
    seconds : float
    """

    number: int
    config: dict
    seed: int
    budget: Any = None
    value: float | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def rank(self):
        """To sort by: what failed comes last."""
        return math.inf if self.value is None else self.value


def attempt(objective, config, seed, budget):
    """The value of one trial, and how long it took. It runs wherever the executor runs it."""
    manual_seed(seed)
    start = time.perf_counter()
    value = float(objective(config) if budget is None else objective(config, budget))
    return value, time.perf_counter() - start


def run_all(trials, objective, executor, workers, timeout, over):
    """Run trials, and call ``over(trial)`` as each has its value or its error."""
    if executor is not None:
        _in_processes(deque(_on_executor(trials, objective, executor, timeout, over)), objective, workers, over)
    elif workers > 1:
        _in_processes(deque(trials), objective, workers, over)
    else:
        for trial in trials:
            settle(trial, lambda trial=trial: attempt(objective, trial.config, trial.seed, trial.budget))
            over(trial)


def _on_executor(trials, objective, executor, timeout, over):
    """Run trials where the executor runs them; those that are left when a pool of processes broke."""
    futures, left = {}, []
    for trial in trials:
        try:
            futures[submit(executor, objective, trial)] = trial
        except BrokenProcessPool:  # in this batch or in one before
            left.append(trial)
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout, FIRST_COMPLETED)
        for future in done:
            try:
                settle(futures[future], future.result)
            except BrokenProcessPool:
                left.append(futures[future])
            else:
                over(futures[future])
        if not done:
            _give_up([(future, futures[future]) for future in pending], timeout, over)
            break
    return sorted(left, key=lambda trial: trial.number)


def _give_up(pending, timeout, over):
    """Wait no longer for an executor that may never answer: some keep a future pending when its workers are gone."""
    for future, trial in pending:
        future.cancel()
        trial.error = SILENT.format(timeout)
        over(trial)


def submit(executor, objective, trial):
    """A future of the value."""
    return executor.submit(attempt, objective, trial.config, trial.seed, trial.budget)


def settle(trial, result):
    """Write down what came, or why nothing did."""
    try:
        trial.value, trial.seconds = result()
    except BrokenProcessPool:  # by this trial or by another
        raise
    except Exception as error:  # whatever goes wrong in a trial, the others go on
        trial.error = f"{type(error).__name__}: {error}"
    if trial.value is not None and not math.isfinite(trial.value):
        trial.value, trial.error = None, f"the objective is {trial.value}"


def _in_processes(waiting, objective, workers, over):
    """Never more trials at once than processes: when one is killed, only those that ran are tried again, one by one."""
    while waiting:
        for trial in _until_broken(waiting, objective, workers, over):
            if _until_broken(deque([trial]), objective, 1, over):
                trial.error = KILLED
                over(trial)


def _until_broken(waiting, objective, workers, over):
    """Run trials in a new pool; those that ran when it broke, or none."""
    running: dict[Any, Trial] = {}
    with ProcessPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    running[submit(pool, objective, waiting[0])] = waiting[0]
                    waiting.popleft()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if isinstance(broken := future.exception(), BrokenExecutor):
                        raise broken
                    trial = running.pop(future)
                    settle(trial, future.result)
                    over(trial)
        except BrokenExecutor:
            return list(running.values())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return []
