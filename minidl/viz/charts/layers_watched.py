"""Running a model on one image, and keeping what some of its layers put out."""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.nn.convolution import Conv2d
from minidl.nn.modes import evaluating
from minidl.train.metrics import array_of
from minidl.viz.undisturbed import undisturbed


def one_image(image):
    """One image as a batch of one, shape (1, C, H, W).

    Raises
    ------
    ShapeError
        When this is not a single image.
    """
    pixels = array_of(image)
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.ndim == 3:
        pixels = pixels[None]
    if pixels.ndim != 4 or len(pixels) != 1 or not pixels.size:
        raise ShapeError(f"one image has shape (H, W), (C, H, W) or (1, C, H, W), not {pixels.shape}")
    return pixels.astype(np.float32) if pixels.dtype.kind != "f" else pixels


def run_and_watch(model, batch, kind):
    """Run a model in evaluation mode, and leave it as it was.

    Parameters
    ----------
    model : Module
    batch : Tensor
    kind : type or tuple of types
        Of the layers to watch.

    Returns
    -------
    Tensor, list of (str, Module, Tensor)
        The output of the model; name, layer and output of each watched layer, in the order in which they ran.
    """
    seen = []

    def remember(name):
        def hook(module, args, out):
            if isinstance(out, Tensor):
                seen.append((name, module, out))

        return hook

    hooks = [m.register_forward_hook(remember(name)) for name, m in model.named_modules() if isinstance(m, kind)]
    try:
        with evaluating(model), undisturbed([model]):
            return model(batch), seen
    finally:
        for hook in hooks:
            hook.remove()


def label_of(name, module):
    """What a layer is called in a picture: its kind, and its name where it has one.

    >>> from minidl import nn
    >>> label_of("0", nn.ReLU()), label_of("", nn.ReLU())
    ('ReLU 0', 'ReLU')
    """
    return f"{type(module).__name__} {name}".strip()


def convolutions(model, batch):
    """The output of the model, and name, layer and output of each convolution that ran.

    Raises
    ------
    MinidlError
        When there is none.
    """
    out, seen = run_and_watch(model, batch, Conv2d)
    if not seen:
        raise MinidlError("no Conv2d of this model ran, so there are no maps to look at")
    return out, seen
