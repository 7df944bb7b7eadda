"""A sketchpad: draw with the mouse, let a model read it, and keep what you drew."""

import io
from contextlib import contextmanager

import numpy as np

from minidl.autograd import no_grad
from minidl.nn.modes import evaluating
from minidl.nn.module import Module
from minidl.ops.creation import tensor
from minidl.viz.charts.images_picture import images as draw_images
from minidl.viz.charts.sketchpad import Drawings, ink
from minidl.viz.picture import Picture
from minidl.viz.undisturbed import undisturbed

PEN = 2.0


def sketchpad(model=None, side=28, classes=range(10), kept=None):
    """A pad to draw on in a notebook: digits by hand, for a model to read or to learn from.

    Parameters
    ----------
    model : callable, optional
        Gets an image as a Tensor of shape (1, 1, side, side), and gives scores of shape (1, classes). What it makes of
        the drawing is shown beside it, after every stroke. A module is asked in evaluation mode, and left as it was.
    side : int
        How many pixels an image is wide and high.
    classes : sequence
        What may be drawn.
    kept : Digits, optional
        Drawings to begin with, such as those of `minidl.data.sketches`, so that you can go on where you stopped.

    Returns
    -------
    SketchpadPicture
        What you kept is in its `images` (N, 1, side, side) and `labels`; ``save("mine.npz")`` writes them to a file,
        which `minidl.data.sketches` reads again.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.sketchpad()
    Sketchpad: nothing is kept yet; draw with the mouse
    """
    drawings = Drawings(side, classes)
    for image, label in kept or []:
        drawings.keep(image.numpy().reshape(side, side), label.item())
    return SketchpadPicture(drawings, model)


class SketchpadPicture(Picture):
    """What was drawn and kept, and the pad for more."""

    script = "sketchpad"
    kinds = (".svg", ".html", ".npz")

    def __init__(self, drawings, model):
        self._drawings, self._model, self._widget = drawings, model, None

    @property
    def images(self):
        """What was kept: Tensor, shape (N, 1, side, side)."""
        return self._drawings.images()

    @property
    def labels(self):
        """What each is: Tensor of integers, shape (N,)."""
        return self._drawings.labels()

    @property
    def text(self):
        """What it shows."""
        kept = len(self._drawings)
        said = f"{kept} drawing{'' if kept == 1 else 's'} kept" if kept else "nothing is kept yet; draw with the mouse"
        return f"Sketchpad: {said}"

    @property
    def svg(self):
        """The drawings, or an empty page."""
        side, classes = self._drawings.side, self._drawings.classes
        if not len(self._drawings):
            return draw_images(np.zeros((1, side, side)), columns=1, title=self.text).svg
        return draw_images(self.images, [classes[k] for k in self.labels.tolist()], title=self.text).svg

    def state(self):
        """What the widget in the browser is given."""
        return {
            "side": self._drawings.side,
            "pen": PEN,
            "classes": self._drawings.classes,
            "reads": self._model is not None,
            "counts": self._drawings.counts(),
            "text": self.text,
        }

    def answer(self, request):
        """Keep a drawing, forget the last one, or say what the model makes of one."""
        if request["do"] == "forget":
            self._drawings.take_back()
            return {"counts": self._drawings.counts()}
        image = ink(request["strokes"], self._drawings.side, request["pen"])
        if request["do"] == "keep":
            self._drawings.keep(image, request["label"])
            return {"counts": self._drawings.counts()}
        return {"image": image.round(2).tolist(), "shares": self._read(image)}

    def _read(self, image):
        """The probability of each class; None without a model."""
        if self._model is None:
            return None
        with no_grad(), _evaluating(self._model):
            scores = self._model(tensor(image[None, None]))
        if tuple(scores.shape) != (1, len(self._drawings.classes)):
            raise ValueError(f"the model gave scores of shape {tuple(scores.shape)}, not (1, {len(self._drawings.classes)})")
        return scores.softmax(dim=1)[0].tolist()

    def content(self, kind):
        """The bytes of a file of this kind."""
        if kind != ".npz":
            return super().content(kind)
        file = io.BytesIO()
        np.savez_compressed(file, images=self.images.numpy(), labels=self.labels.numpy())
        return file.getvalue()


@contextmanager
def _evaluating(model):
    """Inside, a module is in evaluation mode; afterwards it is as it was."""
    if not isinstance(model, Module):
        yield
        return
    with evaluating(model), undisturbed([model]):
        yield
