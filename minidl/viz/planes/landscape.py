"""The loss as a landscape: its height along lines and planes through the weights.

The directions are random and scaled filter by filter, so that the landscapes of different networks can
be compared (Li et al. 2018, *Visualizing the Loss Landscape of Neural Nets*), or those along which an
optimiser moved most.
"""

from dataclasses import dataclass

import numpy as np

from minidl.engine.generator import Generator
from minidl.engine.grad_mode import no_grad
from minidl.engine.restoring import afterwards
from minidl.errors import MinidlError, ShapeError
from minidl.nn.modes import evaluating
from minidl.train.callbacks import Callback
from minidl.viz.summary import LARGEST, drawable, left_out, number_text
from minidl.viz.undisturbed import undisturbed, values_remembered


class WeightPath(Callback):
    """Remember where the weights were while a model trains, for `minidl.viz.landscape`.

    As a callback of `minidl.train.fit`, or by hand: call `add` now and then.

    Parameters
    ----------
    model : Module
    every : int
        Remember one step in `every`.

    Attributes
    ----------
    points : list of array
        All weights in one row, beginning with those at the start.
    """

    def __init__(self, model, every=1):
        self.model, self.every, self.points = model, every, [flat(model)]

    def after_step(self, run, loss):
        """Remember this step, if it is its turn."""
        if run.step % self.every == 0:
            self.add()

    def add(self):
        """Remember the weights as they are now."""
        self.points.append(flat(self.model))


@dataclass
class Landscape:
    """Heights of the loss.

    Attributes
    ----------
    x, y : array
        Steps along the two directions; `y` is None on a line.
    height : array, shape (len(y), len(x)) or (len(x),)
    here : float
        The loss at the weights themselves, or at the end of the path.
    path : array, shape (steps, 2) or (steps, 1), or None
        Where an optimiser went.
    share : float or None
        Which share of the optimiser's movement these directions show.
    """

    x: np.ndarray
    y: np.ndarray | None
    height: np.ndarray
    here: float
    path: np.ndarray | None = None
    share: float | None = None


def flat(model):
    """All parameters of a model in one row."""
    return np.concatenate([p.array.ravel().astype(np.float64) for p in model.parameters()])


def random_direction(model, generator):
    """A random direction; each filter (row of a matrix) is as long as the filter it belongs to, biases stay."""
    parts = []
    for p in model.parameters():
        if p.ndim < 2:
            parts.append(np.zeros(p.array.size))
            continue
        d = generator.normal(p.array.size).astype(np.float64).reshape(len(p.array), -1)
        rows = p.array.reshape(len(p.array), -1)
        length = np.linalg.norm(d, axis=1, keepdims=True)
        parts.append((d / np.where(length > 0, length, 1) * np.linalg.norm(rows, axis=1, keepdims=True)).ravel())
    direction = np.concatenate(parts)
    if not direction.any():  # a model of vectors alone, or of zeros: any direction will do
        direction = generator.normal(direction.size).astype(np.float64)
        direction /= np.linalg.norm(direction)
    return direction


def along_path(points, dims):
    """The directions in which a path moved most, its coordinates in them, and the share of the movement they show."""
    points = [row for row in points if np.isfinite(row).all()]  # a run may have flown away
    if len(points) < 2:
        raise MinidlError("fewer than two points of the path are finite: there is no path to draw the landscape along")
    moved = np.stack(points) - points[-1]
    _, sizes, ways = np.linalg.svd(moved, full_matrices=False)
    if len(sizes) < dims or not sizes[0]:
        raise MinidlError("the weights did not move: there is no path to draw the landscape along")
    return ways[:dims], moved @ ways[:dims].T, float((sizes[:dims] ** 2).sum() / (sizes**2).sum())


def measure(model, loss, data, dims=2, span=1.0, points=25, path=None, seed=0):
    """Walk over the weights of a model and measure the loss; the model is left as it was."""
    if dims not in (1, 2):
        raise ValueError(f"a landscape has 1 or 2 dimensions, not {dims}")
    if points < 3:
        raise ValueError(f"a landscape of {points} points along a side shows nothing: take 3 or more")
    if not 0 < span <= LARGEST:
        raise ValueError(f"span must be above 0 and at most {LARGEST:g}, and is {span:g}")
    here = flat(model)
    places = share = None
    if path is not None:
        rows = path.points if isinstance(path, WeightPath) else list(path)
        if len(rows) < 2 or any(np.shape(row) != here.shape for row in rows):
            raise ShapeError(
                f"the path needs two or more rows of the {here.size} weights of this model (see viz.WeightPath)"
            )
        directions, places, share = along_path(rows, dims)
        here = np.asarray([row for row in rows if np.isfinite(row).all()][-1], dtype=np.float64)
        far = 1.15 * float(np.abs(places).max())  # as far beyond the end of the path as it came from
        sides = [np.linspace(-far, far, points)] * dims
    else:
        generator = Generator()
        generator.manual_seed(seed)
        directions = [random_direction(model, generator) for _ in range(dims)]
        sides = [np.linspace(-span, span, points)] * dims
    with np.errstate(all="ignore"):
        moves = _moves(sides, directions, dims)
    heights = _losses(model, loss, data, here, moves)
    y = sides[1] if dims == 2 else None
    return Landscape(sides[0], y, heights[1:].reshape((points,) * dims), float(heights[0]), places, share)


def _moves(sides, directions, dims):
    """What is added to the weights: first nothing, then every point of the grid."""
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, dims)
    return np.concatenate([[np.zeros(dims)], grid]) @ np.stack(directions)


def _losses(model, loss, data, here, moves):
    """The loss at `here` plus each of `moves`."""
    x, target = data
    parameters = list(model.parameters())
    heights = np.empty(len(moves))
    same_weights_afterwards = afterwards(*[values_remembered(p.array) for p in parameters])
    with same_weights_afterwards, evaluating(model), undisturbed([model]), no_grad(), np.errstate(all="ignore"):
        for k, move in enumerate(moves):
            place(parameters, here + move)
            heights[k] = loss(model(x), target).item()
    return heights


def place(parameters, row):
    """Write one row of numbers into all parameters."""
    start = 0
    for p in parameters:
        p.array[...] = row[start : start + p.array.size].reshape(p.shape)
        start += p.array.size


def landscape_title(land):
    """What a reader should see."""
    finite = land.height[np.isfinite(land.height)]
    if not finite.size:
        return "the loss is nowhere a number here"
    if land.path is not None:
        low = number_text(land.here)
        said = f"the optimiser walked down to a loss of {low}; these directions show {land.share:.0%} of its way"
    else:
        said = f"the loss is {number_text(land.here)} here, and rises to {number_text(finite.max())} around"
    bad = left_out(land.height, "heights")
    return said + (f"; {bad}" if bad else "")


def heights_to_draw(height):
    """Heights as they are drawn, and whether on a logarithmic scale: where they span more than two powers of ten."""
    finite = height[np.isfinite(height)]
    logarithmic = bool(finite.size and finite.min() > 0 and finite.max() / 100 > finite.min())
    with np.errstate(all="ignore"):
        return drawable(np.log10(height) if logarithmic else height), logarithmic


def plain(land):
    """A landscape as plain data."""
    return {
        "x": land.x.tolist(),
        "y": None if land.y is None else land.y.tolist(),
        "height": land.height.tolist(),
        "path": None if land.path is None else land.path.tolist(),
    }
