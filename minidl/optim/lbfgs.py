r"""L-BFGS: steps that know the curvature, from the last few gradients."""

import math
from collections import deque
from typing import Any, NamedTuple

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.tensor import Tensor
from minidl.optim.optimizer import Optimizer


class Point(NamedTuple):
    """A place on the line that is searched: how far along, the loss, the gradient, and its slope along the line."""

    t: float
    loss: float
    gradient: np.ndarray
    slope: float


class LBFGS(Optimizer):
    """Quasi-Newton steps with a limited memory, for small problems and whole data sets (Liu & Nocedal 1989).

    ``step(closure)`` computes the loss several times: the closure clears the gradients, computes the
    loss, calls backward and returns the loss.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float
    max_iter, max_eval : int
        At most this many steps, and this many losses, in one call of ``step``.
    tolerance_grad, tolerance_change : float
        Stop when the gradient, or the change, is smaller.
    history_size : int
        How many past steps are remembered.
    line_search_fn : {None, "strong_wolfe"}
        Search along each direction for a place that satisfies the conditions of Wolfe.

    References
    ----------
    Nocedal & Wright (2006), *Numerical Optimization*, algorithms 7.4, 3.5 and 3.6.
    """

    def __init__(
        self,
        params,
        lr=1.0,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-7,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
    ):
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f'line_search_fn must be None or "strong_wolfe", not {line_search_fn!r}')
        settings = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, settings)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS computes with all parameters as one vector: give them in one group")
        self.params = self.param_groups[0]["params"]
        self.memory: dict[str, Any] = fresh_memory(history_size)

    def _gradient(self):
        return np.concatenate(
            [np.zeros(p.numel(), p.dtype) if p.grad is None else p.grad.array.ravel() for p in self.params]
        )

    def _place(self):
        return [p.array.copy() for p in self.params]

    def _go(self, place, t, direction):
        """Put the parameters at `place` plus t times the direction."""
        start = 0
        for p, origin in zip(self.params, place, strict=True):
            changes.mark(p.array)
            part = direction[start : start + p.array.size].reshape(p.array.shape)
            p.array[...] = origin + p.dtype.type(t) * part
            start += p.array.size

    def _direction(self, gradient):
        """Against the gradient, bent by the curvature that past steps have shown (the two loops of algorithm 7.4)."""
        past, weights = self.memory["past"], []
        d = -gradient
        for step, change, curvature in reversed(past):
            weights.append((step @ d) / curvature)
            d = d - weights[-1] * change
        d = d * d.dtype.type(self.memory["scale"])
        for (step, change, curvature), weight in zip(past, reversed(weights), strict=True):
            d = d + step * (weight - (change @ d) / curvature)
        return d

    def _remember(self, step, change):
        curvature = change @ step
        if curvature > 1e-10:
            self.memory["past"].append((step, change, curvature))
            self.memory["scale"] = float(curvature / (change @ change))

    def step(self, closure=None):
        """Up to `max_iter` steps; the loss at the start is returned.

        Raises
        ------
        TypeError
            Without a closure, which computes the loss anew.
        """
        if closure is None:
            raise TypeError("LBFGS computes the loss several times a step: pass a function that does, step(closure)")
        options, memory = self.param_groups[0], self.memory
        first = closure()
        loss, gradient, losses_computed = float(first), self._gradient(), 1
        if np.abs(gradient).max() <= options["tolerance_grad"]:
            return first
        for n in range(1, options["max_iter"] + 1):
            memory["steps"] += 1
            if memory["steps"] > 1:
                self._remember(memory["d"] * memory["d"].dtype.type(memory["t"]), gradient - memory["gradient"])
            d = self._direction(gradient)
            memory["gradient"], memory["d"], memory["loss"], before = gradient, d, loss, loss
            slope = float(gradient @ d)
            first_scale = min(1.0, 1 / float(np.abs(gradient).sum())) if memory["steps"] == 1 else 1.0
            memory["t"] = t = first_scale * options["lr"]
            if slope > -options["tolerance_change"]:
                break
            place = self._place()
            if options["line_search_fn"]:

                def at(t, place=place, d=d):
                    self._go(place, t, d)
                    value = float(closure())
                    g = self._gradient()
                    return Point(t, value, g, float(g @ d))

                found, tries = strong_wolfe(
                    at, Point(0.0, loss, gradient, slope), t, np.abs(d).max(), options["tolerance_change"]
                )
                t, loss, gradient = found.t, found.loss, found.gradient
                self._go(place, t, d)
                losses_computed += tries
            else:
                self._go(place, t, d)
                if n < options["max_iter"]:
                    loss, gradient = float(closure()), self._gradient()
                losses_computed += 1
            memory["t"] = t
            if (
                losses_computed >= options["max_eval"]
                or np.abs(gradient).max() <= options["tolerance_grad"]
                or np.abs(d * d.dtype.type(t)).max() <= options["tolerance_change"]
                or abs(loss - before) < options["tolerance_change"]
            ):
                break
        memory["losses_computed"] += losses_computed
        return first

    def state_dict(self):
        """The settings and what is remembered of past steps, as plain data with PyTorch's keys."""
        memory = self.memory
        if not memory["steps"]:
            return super().state_dict()
        history_size = self.param_groups[0]["history_size"]
        steps, changes_of_gradient, curvatures = zip(*memory["past"], strict=True) if memory["past"] else ((), (), ())
        state = {
            "func_evals": memory["losses_computed"],
            "n_iter": memory["steps"],
            "d": Tensor.wrap(memory["d"]),
            "t": memory["t"],
            "old_dirs": [Tensor.wrap(y) for y in changes_of_gradient],
            "old_stps": [Tensor.wrap(s) for s in steps],
            "ro": [Tensor(1 / c) for c in curvatures],
            "H_diag": Tensor(memory["scale"], dtype=np.float64),
            "prev_flat_grad": Tensor.wrap(memory["gradient"]),
            "prev_loss": memory["loss"],
            "al": [None] * history_size,
        }
        return {**super().state_dict(), "state": {0: state}}

    def load_state_dict(self, state_dict):
        """Load what `state_dict` returned, here or in PyTorch."""
        super().load_state_dict({**state_dict, "state": {}})
        self.memory = fresh_memory(self.param_groups[0]["history_size"])
        kept = state_dict["state"].get(0)
        if kept is None:
            return
        dtype = self.params[0].dtype
        vector = lambda t: np.array(t.array, dtype)
        for step, change in zip(kept["old_stps"], kept["old_dirs"], strict=True):
            self.memory["past"].append((vector(step), vector(change), vector(change) @ vector(step)))
        self.memory |= {
            "steps": kept["n_iter"],
            "losses_computed": kept["func_evals"],
            "d": vector(kept["d"]),
            "t": float(kept["t"]),
            "scale": float(kept["H_diag"]),
            "gradient": vector(kept["prev_flat_grad"]),
            "loss": float(kept["prev_loss"]),
        }


def fresh_memory(history_size):
    """What L-BFGS remembers before its first step: of past steps (the step, the change of the gradient, their product)."""
    return {"steps": 0, "losses_computed": 0, "past": deque(maxlen=history_size), "scale": 1.0}


def cubic_minimum(a, b, bounds=None):
    """Where the cubic through two points, with their slopes, is lowest; kept within bounds."""
    low, high = bounds or sorted((a.t, b.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if square < 0:
        return (low + high) / 2
    d2 = math.sqrt(square)
    left, right = (a, b) if a.t <= b.t else (b, a)
    best = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2))
    return min(max(best, low), high)


def strong_wolfe(at, start, t, largest, tolerance, c1=1e-4, c2=0.9, most=25):
    """Search along a line for a point that is low enough and flat enough.

    Parameters
    ----------
    at : callable
        Gives the `Point` at t.
    start : Point
        That at 0.
    t : float
        Where to look first.
    largest : float
        The largest element of the direction; with `tolerance` it says when an interval is too small.

    Returns
    -------
    (Point, int)
        The point found, and how many were computed.
    """

    def too_high(p):
        return p.loss > start.loss + c1 * p.t * start.slope

    def flat(p):
        return abs(p.slope) <= -c2 * start.slope

    last, point, tries = start, at(t), 1
    for n in range(most):  # widen until a minimum must lie between `last` and `point`
        if too_high(point) or (n > 1 and point.loss >= last.loss):
            break
        if flat(point):
            return point, tries
        if point.slope >= 0:
            break
        further = cubic_minimum(last, point, (point.t + 0.01 * (point.t - last.t), point.t * 10))
        last, point, tries = point, at(further), tries + 1
    else:
        last = start
    low, high = (last, point) if last.loss <= point.loss else (point, last)
    stuck, n = False, tries - 1
    while n < most and abs(high.t - low.t) * largest >= tolerance:  # close in on it
        ends = sorted((low.t, high.t))
        t, margin = cubic_minimum(low, high), 0.1 * (ends[1] - ends[0])
        if min(ends[1] - t, t - ends[0]) < margin:
            if stuck or t >= ends[1] or t <= ends[0]:
                t = ends[1] - margin if abs(t - ends[1]) < abs(t - ends[0]) else ends[0] + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point, tries, n = at(t), tries + 1, n + 1
        if too_high(point) or point.loss >= low.loss:
            high = point
            low, high = (low, high) if low.loss <= high.loss else (high, low)
        else:
            if flat(point):
                return point, tries
            if point.slope * (high.t - low.t) >= 0:
                high = low
            low = point
    return low, tries
