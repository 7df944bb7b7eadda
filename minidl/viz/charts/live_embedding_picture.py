"""An embedding that is watched while it is learned, drawn."""

import time

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.train.callbacks import Callback
from minidl.train.metrics import array_of
from minidl.viz.charts.live_embedding import drawn, mark, moment_of, reach
from minidl.viz.colours import steady_colour
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.notebook import Stage
from minidl.viz.pixels import png
from minidl.viz.summary import evenly

MOST_IMAGES, MOST_FRAMES = 400, 8


class LiveEmbedding(Callback):
    """Watch vectors part while a model trains; in the end it is a film with a slider over the epochs.

    Each frame is the plane in which most of the spread is seen (principal components), turned so that it resembles the
    frame before; all frames have the same scale. As a callback of `minidl.train.fit`, or by hand: call `add` now and then,
    and `close` in the end.

    Parameters
    ----------
    images : Tensor, shape (N, ...)
        What is embedded; of more than 400 some are taken.
    labels : Tensor, shape (N,), optional
        Class numbers; each class has a colour and a mark.
    every : int
        Keep one epoch in `every`; of a long run at most 8 are kept.
    part : Module, optional
        In `fit`: the part of the model that gives the vectors, instead of the whole.
    normalize : bool
        Bring the vectors to length 1, as a loss of cosines sees them.

    Attributes
    ----------
    picture : FigurePicture or None
        The film.

    Raises
    ------
    ShapeError
        When there is not one label for each image, or there are fewer than two images.

    Examples
    --------
    >>> import minidl as md
    >>> film = md.viz.LiveEmbedding(md.tensor([[0.0], [1.0], [5.0], [6.0]]), md.tensor([0, 0, 1, 1]))
    >>> film.add(lambda x: md.cat([x % 5, x], dim=1), "before")
    >>> film.close()
    Embedding: while the model trains, the nearest other has the same class: 100% in before
    """

    def __init__(self, images, labels=None, every=1, part=None, normalize=False):
        classes = None if labels is None else array_of(labels).reshape(-1).astype(int)
        if len(images) < 2 or (classes is not None and len(classes) != len(images)):
            told = "" if classes is None else f" and {len(classes)} labels"
            raise ShapeError(f"two images or more are needed, and a label for each: there are {len(images)}{told}")
        kept = evenly(len(images), MOST_IMAGES)
        self._images = Tensor.wrap(np.ascontiguousarray(array_of(images)[kept]))
        self._classes = None if classes is None else classes[kept]
        self.every, self.part, self.picture = every, part, None
        self._normalize = normalize
        self._moments, self._stage, self._shown_at = [], None, 0.0

    def after_epoch(self, run):
        """Keep this epoch, if it is its turn."""
        if run.epoch % self.every == 0:
            self.add(self.part or run.model, f"epoch {run.epoch}")

    def at_end(self, run):
        """Leave the film."""
        self.close()

    def add(self, model, name):
        """Keep the embedding as it is now.

        Parameters
        ----------
        model : Module or function
            From images to vectors (N, D); it is asked in evaluation mode, and left as it was.
        name : str
            What the slider says, such as "epoch 3".

        Raises
        ------
        ShapeError
            When the model does not give a vector for each image.
        """
        before = self._moments[-1] if self._moments else None
        self._moments.append(moment_of(str(name), model, self._images, self._classes, before, self._normalize))
        if len(self._moments) > 2 * MOST_FRAMES:
            self._moments = self._moments[::2]
        if time.perf_counter() - self._shown_at > 0.2:
            self._shown_at = time.perf_counter()
            self._show()

    def _show(self):
        if self._stage is None:
            self._stage = Stage("chart", self._picture(self._moments[-1:], "the embedding while the model trains").state())
        limit = reach(self._moments)
        self._stage.send({"frame": self._frame(self._moments[-1], limit, f"{self._moments[-1].name}: ")})

    def _frame(self, moment, limit, prefix=""):
        pixels = drawn(moment.points, self._classes, limit)
        return {"name": moment.name, "text": prefix + moment.told(), "images": [png(pixels)]}

    def _picture(self, moments, title):
        limit = reach(moments)
        frames = [self._frame(moment, limit) for moment in moments]

        def draw(figure):
            axes = figure.add_subplot()
            pixels = drawn(moments[-1].points, self._classes, limit)
            axes.imshow(pixels, extent=(-limit, limit, -limit, limit), origin="lower")
            for k in [] if self._classes is None else np.unique(self._classes):
                axes.scatter([], [], s=26, color=steady_colour(k), marker=mark(k), label=str(k), linewidth=0)
            if self._classes is not None:
                axes.legend(title="class", fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
            axes.set_xlabel("first principal component")
            axes.set_ylabel("second")
            axes.set_title(wrapped(title, 5.0))
            return []

        data = {"frames": [m.name for m in moments], "told": [m.told() for m in moments]}
        data["points"] = np.nan_to_num(moments[-1].points).tolist()
        film = frames if len(frames) > 1 else []
        return FigurePicture(
            draw, f"Embedding: {title}", data, (5.6, 4.6), images=frames[-1]["images"], frames=film, film="time"
        )

    def close(self):
        """Replace the moving picture by the film; outside of a notebook, where nothing was shown, return it.

        Raises
        ------
        MinidlError
            When nothing was added.
        """
        if not self._moments:
            raise MinidlError(
                "the film has no frame: call add(model, name) while training, or give it to fit(callbacks=[...])"
            )
        kept = [self._moments[k] for k in evenly(len(self._moments), MOST_FRAMES)]
        self.picture = self._picture(kept, f"while the model trains, {ends(kept)}")
        stage, self._stage = self._stage, None
        return self.picture if stage is None else stage.finish(self.picture)


def ends(moments):
    """How the first moment differs from the last, in words."""
    some = moments[:1] if len(moments) == 1 else [moments[0], moments[-1]]
    if some[0].neighbours is None:
        return ", ".join(f"{m.share:.0%} of the spread is seen in {m.name}" for m in some)
    return "the nearest other has the same class: " + ", ".join(f"{m.neighbours:.0%} in {m.name}" for m in some)
