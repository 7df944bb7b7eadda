"""Decision boundaries: what a model says at every point of the plane, now or while it learns."""

import time

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.errors import MinidlError, ShapeError
from minidl.ops.creation import tensor
from minidl.train.callbacks import Callback
from minidl.train.metrics import array_of
from minidl.viz.figure import FigurePicture, png, wrapped
from minidl.viz.notebook import Stage
from minidl.viz.planes.colours import class_colour, region_image
from minidl.viz.summary import number_text
from minidl.viz.theme import LIGHT

FINE = 72  # points of the plane along each side
MOST_FRAMES = 40


def boundary(model, X, y, title=None):
    """Draw which class a model sees at every point of the plane, and the data.

    Parameters
    ----------
    model : Module or function
        From points (N, 2) to logits (N, C), or to one logit a point, (N,) or (N, 1).
    X : Tensor, shape (N, 2)
    y : Tensor, shape (N,)
        Class numbers.
    title : str, optional
        What the reader should see. Without it the title says how many points lie on the right side.

    Returns
    -------
    FigurePicture
        A strong colour where the model is sure; wrongly classified points have a ring.

    Raises
    ------
    ShapeError
        When the points are not in the plane, or labels and points differ in number.
    """
    points, labels = checked_points(X, y)
    found = predict(model, points)
    wrong = found.argmax(axis=1) != labels
    title = title or f"{len(points) - wrong.sum()} of {len(points)} points lie on the right side of the boundary"
    return _picture(points, labels, [("", region(model, points), title)], title, found)


class LiveBoundary(Callback):
    """Watch the boundary move while the model trains; in the end it is a film with a slider over the epochs.

    As a callback of `minidl.train.fit`, or by hand: call `add` now and then, and `close` in the end.

    Parameters
    ----------
    X : Tensor, shape (N, 2)
    y : Tensor, shape (N,)
    every : int
        Keep each how-manyth epoch; of a long run at most 40 are kept.

    Attributes
    ----------
    picture : FigurePicture or None
        The film.
    """

    def __init__(self, X, y, every=1):
        self.points, self.labels = checked_points(X, y)
        self.every, self.picture = every, None
        self._frames, self._stage, self._shown_at = [], None, 0.0

    def after_epoch(self, run):
        """Keep this epoch, if it is its turn."""
        if run.epoch % self.every == 0:
            self.add(run.model, f"epoch {run.epoch}")

    def at_end(self, run):
        """Leave the film."""
        self.close(run.model)

    def add(self, model, name):
        """Keep the boundary as it is now.

        Parameters
        ----------
        model : Module or function
        name : str
            What the slider says, such as "epoch 3".
        """
        right = (predict(model, self.points).argmax(axis=1) == self.labels).mean()
        self._frames.append((str(name), region(model, self.points), f"{right:.0%} on the right side"))
        if len(self._frames) > 2 * MOST_FRAMES:
            self._frames = self._frames[::2]
        if time.perf_counter() - self._shown_at > 0.1:
            self._shown_at = time.perf_counter()
            self._show(model)

    def _show(self, model):
        name, image, text = self._frames[-1]
        if self._stage is None:
            title, found = "the boundary while the model trains", predict(model, self.points)
            picture = _picture(self.points, self.labels, self._frames[-1:], title, found)
            self._stage = Stage("chart", picture.state())
        self._stage.send({"frame": {"images": [png(image)], "text": f"{name}: {text}"}})

    def close(self, model):
        """Replace the moving picture by the film; outside of a notebook, where nothing was shown, return it.

        Raises
        ------
        MinidlError
            When nothing was added.
        """
        if not self._frames:
            raise MinidlError(
                "the film has no frame: call add(model, name) while training, or give it to fit(callbacks=[...])"
            )
        keep = np.unique(np.linspace(0, len(self._frames) - 1, min(MOST_FRAMES, len(self._frames))).astype(int))
        frames = [self._frames[k] for k in keep]
        title = f"the boundary moves: {frames[0][2]} in {frames[0][0]}, {frames[-1][2]} in {frames[-1][0]}"
        self.picture = _picture(self.points, self.labels, frames, title, predict(model, self.points))
        stage, self._stage = self._stage, None
        return self.picture if stage is None else stage.finish(self.picture)


def checked_points(X, y):
    """Points and class numbers as arrays."""
    points = array_of(X)
    labels = array_of(y).reshape(-1).astype(int)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ShapeError(f"a boundary is drawn in the plane: X needs shape (N, 2), not {points.shape}")
    if len(labels) != len(points):
        raise ShapeError(f"there are {len(points)} points and {len(labels)} labels")
    return points.astype(np.float32), labels


def predict(model, points):
    """The probability of each class at each point, shape (N, C); the model is left as it was."""
    was_training = getattr(model, "training", None)
    if was_training:
        model.eval()
    try:
        with no_grad(), np.errstate(all="ignore"):
            out = model(tensor(points)).array
            if out.ndim == 1 or out.shape[1] == 1:
                p = 1 / (1 + np.exp(-out.reshape(-1)))
                return np.stack([1 - p, p], axis=1)
            out = np.exp(out - out.max(axis=1, keepdims=True))
            return out / out.sum(axis=1, keepdims=True)
    finally:
        if was_training:
            model.train()


def extent(points):
    """Left, right, bottom, top of the part of the plane that is drawn."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def region(model, points, fine=FINE):
    """The colours of the plane, an image whose first row is the top."""
    left, right, bottom, top = extent(points)
    x, y = np.meshgrid(np.linspace(left, right, fine), np.linspace(top, bottom, fine))
    p = predict(model, np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
    return region_image(p.reshape(fine, fine, -1))


def _picture(points, labels, frames, title, probabilities):
    image = frames[-1][1]
    found = probabilities.argmax(axis=1)
    ring = "wrong in the end" if len(frames) > 1 else "wrong"

    def draw(figure):
        axes = figure.add_subplot()
        axes.imshow(image, extent=extent(points), aspect="auto", interpolation="none")
        for k in np.unique(labels):
            mine = labels == k
            look = {"color": class_colour(k), "edgecolor": LIGHT["ground"], "linewidth": 0.6, "label": f"class {k}"}
            axes.scatter(*points[mine].T, s=18, **look)
        wrong = found != labels
        axes.scatter(*points[wrong].T, s=60, facecolor="none", edgecolor=LIGHT["ink"], linewidth=1.2, label=ring)
        axes.set_title(wrapped(title, 5.2))
        axes.set_xlabel("x₁")
        axes.set_ylabel("x₂")
        axes.grid(visible=False)
        axes.legend(loc="upper right", frameon=True, facecolor=LIGHT["ground"], edgecolor=LIGHT["line"])
        return [
            (axes, x, y, f"({number_text(x)}, {number_text(y)})\nclass {k}, seen as {f} with {p:.0%}")
            for (x, y), k, f, p in zip(points.tolist(), labels, found, probabilities.max(axis=1), strict=True)
        ][:400]

    film = [{"name": name, "text": text, "images": [png(picture)]} for name, picture, text in frames]
    film = film if len(film) > 1 else []
    data = {"points": points.tolist(), "labels": labels.tolist(), "predictions": found.tolist()}
    data["frames"] = [name for name, _, _ in frames]
    return FigurePicture(
        draw, f"Decision boundary: {title}", data, size=(6, 5), images=[png(image)], frames=film, film="time"
    )
