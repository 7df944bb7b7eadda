"""The trials of a search as lines through parallel axes, as plain data."""

import math
from dataclasses import dataclass
from numbers import Integral, Real

from minidl.viz.summary import evenly, number_text, shortened

FEW = 6  # so many different values stand side by side, each with its name
LOG_FROM = 10  # numbers whose largest is so many times the smallest get a logarithmic axis


@dataclass
class Axis:
    """One of the parallel axes: its name, and what stands at which height from 0 to 1."""

    name: str
    ticks: list


@dataclass
class Line:
    """One setting that was tried, once or with rising budgets.

    Attributes
    ----------
    heights : list of float or None
        Where it crosses each axis, from 0 to 1; None on axes that it did not reach.
    trials : list of minidl.train.Trial
        With rising budget.
    chosen : bool
        Whether it is among the survivors: those that had the largest budget, or, with one budget, the best fifth.
    """

    heights: list
    trials: list
    chosen: bool = False

    @property
    def reached(self):
        """The budget that it had, and its value there; to sort by, the best first."""
        done = [trial for trial in self.trials if trial.value is not None]
        return (-(done[-1].budget or 0), done[-1].value) if done else (math.inf, math.inf)


def axes_and_lines(trials, measure):
    """Parallel axes, one for each setting and each budget, and a line for each setting that was tried, the best first.

    Parameters
    ----------
    trials : sequence of minidl.train.Trial
    measure : str
        What the value is.

    Returns
    -------
    list of Axis, list of Line

    Raises
    ------
    ValueError
        When there is nothing to draw, or the trials do not all have the same settings.
    """
    if not trials or not trials[0].config:
        raise ValueError("there is nothing to draw: a search has at least one trial, and a trial at least one setting")
    names = list(trials[0].config)
    if any(set(trial.config) != set(names) for trial in trials):
        raise ValueError("the trials do not all have the same settings, so they have no axes in common")
    budgets = sorted({trial.budget for trial in trials if trial.budget is not None}) or [None]
    settings = [_scale([trial.config[name] for trial in trials]) for name in names]
    values = _scale([trial.value for trial in trials if trial.value is not None], few=0)
    lines = []
    for run in _runs(trials):
        heights = [place(run[0].config[name]) for name, (place, _) in zip(names, settings, strict=True)]
        found = {trial.budget: values[0](trial.value) for trial in run if trial.value is not None}
        lines.append(Line(heights + [found.get(budget) for budget in budgets], run))
    lines.sort(key=lambda line: line.reached)
    for k, line in enumerate(lines):
        line.chosen = line.heights[-1] is not None and (len(budgets) > 1 or k < max(1, len(lines) // 5))
    axes = [Axis(shortened(name, 18), ticks) for name, (_, ticks) in zip(names, settings, strict=True)]
    axes += [Axis(measure if b is None else f"{measure}\nbudget {number_text(b)}", values[1]) for b in budgets]
    return axes, lines


def said(line, measure):
    """What a line tells: its settings, and what came of each trial."""
    rows = [f"{name} {_written(value)}" for name, value in line.trials[0].config.items()]
    for trial in line.trials:
        came = f"failed: {shortened(trial.error, 40)}" if trial.value is None else number_text(trial.value)
        rows.append(f"{measure} {came}" + ("" if trial.budget is None else f", budget {number_text(trial.budget)}"))
    return "\n".join([f"trial {line.trials[0].number}", *rows])


def trials_title(lines, measure):
    """What a reader should see."""
    best, failed = lines[0], sum(trial.value is None for line in lines for trial in line.trials)
    if best.reached[0] == math.inf:
        return f"all {failed} trials failed"
    setting = ", ".join(f"{shortened(name, 18)} {_written(value)}" for name, value in best.trials[0].config.items())
    left = sum(line.chosen for line in lines)
    survived = f", {left} with the largest budget" if len(best.trials) > 1 else ""
    said = f"{len(lines)} settings{survived}; the lowest {measure}, {number_text(best.reached[1])}, has {setting}"
    return said + (f"; {failed} failed" if failed else "")


def _runs(trials):
    """The trials of each setting: those with several budgets belong together, with rising budget.

    A setting that was drawn twice had the same seed, and so the same value: once is enough.
    """
    runs: dict = {}
    for trial in trials:
        key = trial.number if trial.budget is None else repr(trial.config)
        runs.setdefault(key, {}).setdefault(trial.budget, trial)
    return [[run[budget] for budget in sorted(run, key=lambda budget: budget or 0)] for run in runs.values()]


def _scale(values, few=FEW):
    """From a value to its height, and the ticks: a place for each of a few values, else a ruler."""
    numbers = all(isinstance(v, Real) and not isinstance(v, bool) and math.isfinite(v) for v in values)
    key = (lambda v: v) if numbers else repr  # 0.0 and -0.0 are one number, and 1 and True are two settings
    different = sorted(set(values)) if numbers else list({repr(v): v for v in values}.values())
    if not numbers or 0 < len(different) <= few:
        heights = {key(v): (k + 0.5) / len(different) for k, v in enumerate(different)}
        marked = [different[k] for k in evenly(len(different), 8)]
        return lambda value: heights[key(value)], [(heights[key(v)], _written(v)) for v in marked]
    return _ruler(different)


def _ruler(numbers):
    """From a number to its height between the smallest and the largest, with a logarithm where they are far apart."""
    low, high = (numbers[0], numbers[-1]) if numbers else (0.0, 1.0)
    largest = max(abs(low), abs(high)) or 1.0  # so that the difference of two huge numbers is one still
    bend, back = (lambda value: value / largest), (lambda height: height * largest)
    if low > 0 and high / low > LOG_FROM:
        bend, back = math.log, math.exp
    span = bend(high) - bend(low) or 1.0
    height = lambda value: (bend(value) - bend(low)) / span
    marked = [back(bend(low) + k / 4 * span) for k in range(5)]
    if numbers and all(isinstance(number, Integral) for number in numbers):  # between two whole numbers there is nothing
        return height, [(height(value), _written(value)) for value in sorted({round(value) for value in marked})]
    return height, [(k / 4, number_text(float(f"{value:.3g}"))) for k, value in enumerate(marked)]


def _written(value):
    return number_text(value) if isinstance(value, float) else shortened(value, 18)
