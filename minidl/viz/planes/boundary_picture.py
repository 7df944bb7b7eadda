"""Decision boundaries: what a model says at every point of the plane, now or while it learns."""

import time

import numpy as np

from minidl.errors import MinidlError
from minidl.train.callbacks import Callback
from minidl.viz.colours import class_colour
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.notebook import Stage
from minidl.viz.pixels import png
from minidl.viz.planes.boundary import checked_points, extent, predict, region, seen_classes
from minidl.viz.summary import evenly, number_text
from minidl.viz.theme import LIGHT

MOST_POINTS = 2000
MOST_ASKED = 400
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
    title = title or _title(seen_classes(found), labels, len(y) - len(points))
    return _picture(points, labels, [("", region(model, points), title)], title, found)


def _title(seen, labels, left_out):
    said = f"{(seen == labels).sum()} of {len(labels)} points lie on the right side of the boundary"
    if nowhere := int((seen < 0).sum()):
        said += f"; at {nowhere} the model gives no number (NaN)"
    return said + (f"; {left_out} points are NaN or infinite" if left_out else "")


class LiveBoundary(Callback):
    """Watch the boundary move while the model trains; in the end it is a film with a slider over the epochs.

    As a callback of `minidl.train.fit`, or by hand: call `add` now and then, and `close` in the end.

    Parameters
    ----------
    X : Tensor, shape (N, 2)
    y : Tensor, shape (N,)
    every : int
        Keep one epoch in `every`; of a long run at most 40 are kept.

    Attributes
    ----------
    picture : FigurePicture or None
        The film.
    """

    def __init__(self, X, y, every=1):
        self.points, self.labels = checked_points(X, y)
        self.every, self.picture = every, None
        self._frames, self._found, self._stage, self._shown_at = [], None, None, 0.0

    def after_epoch(self, run):
        """Keep this epoch, if it is its turn."""
        if run.epoch % self.every == 0:
            self.add(run.model, f"epoch {run.epoch}")

    def at_end(self, run):
        """Leave the film."""
        self.close()

    def add(self, model, name):
        """Keep the boundary as it is now.

        Parameters
        ----------
        model : Module or function
        name : str
            What the slider says, such as "epoch 3".
        """
        self._found = predict(model, self.points)
        right = (seen_classes(self._found) == self.labels).mean()
        self._frames.append((str(name), region(model, self.points), f"{right:.0%} on the right side"))
        if len(self._frames) > 2 * MOST_FRAMES:
            self._frames = self._frames[::2]
        if time.perf_counter() - self._shown_at > 0.1:
            self._shown_at = time.perf_counter()
            self._show()

    def _show(self):
        name, image, text = self._frames[-1]
        if self._stage is None:
            title = "the boundary while the model trains"
            picture = _picture(self.points, self.labels, self._frames[-1:], title, self._found)
            self._stage = Stage("chart", picture.state())
        self._stage.send({"frame": {"images": [png(image)], "text": f"{name}: {text}"}})

    def close(self):
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
        frames = [self._frames[k] for k in evenly(len(self._frames), MOST_FRAMES)]
        title = f"the boundary moves: {frames[0][2]} in {frames[0][0]}, {frames[-1][2]} in {frames[-1][0]}"
        self.picture = _picture(self.points, self.labels, frames, title, self._found)
        stage, self._stage = self._stage, None
        return self.picture if stage is None else stage.finish(self.picture)


def _told(x, y, label, seen, probability):
    seen = f"seen as {seen} with {probability:.0%}" if seen >= 0 else "where the model gives no number"
    return f"({number_text(x)}, {number_text(y)})\nclass {label}, {seen}"


def _picture(points, labels, frames, title, probabilities):
    image = frames[-1][1]
    keep = evenly(len(points), MOST_POINTS)
    points, labels, probabilities = points[keep], labels[keep], probabilities[keep]
    found = seen_classes(probabilities)
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
        told = zip(points.tolist(), labels, found, probabilities.max(axis=1), strict=True)
        return [(axes, x, y, _told(x, y, k, f, p)) for (x, y), k, f, p in list(told)[:MOST_ASKED]]

    film = [{"name": name, "text": text, "images": [png(picture)]} for name, picture, text in frames]
    film = film if len(film) > 1 else []
    data = {"points": points.tolist(), "labels": labels.tolist(), "predictions": found.tolist()}
    data["frames"] = [name for name, _, _ in frames]
    return FigurePicture(
        draw, f"Decision boundary: {title}", data, size=(6, 5), images=[png(image)], frames=film, film="time"
    )
