"""Which part of an image a unit of a convolutional network can see."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError
from minidl.nn.convolution import Conv2d
from minidl.nn.linear import Linear
from minidl.nn.pooling import AvgPool2d, MaxPool2d
from minidl.viz.charts.layers_watched import label_of, one_image, run_and_watch


@dataclass
class Field:
    """What the units of one layer see of the image, along each side (rows, columns).

    Attributes
    ----------
    name : str
    label : str
        With the kind of the layer, such as "Conv2d 0".
    size : (int, int)
        Pixels that a unit sees.
    step : (int, int)
        Pixels between two neighbouring units.
    start : (float, float)
        The middle of what the first unit sees.
    units : (int, int)
        How many units there are.
    """

    name: str
    label: str
    size: tuple
    step: tuple
    start: tuple
    units: tuple

    def seen_by(self, row, column):
        """The edges of what a unit sees, in pixels, as top, bottom, left, right; they may lie outside of the image."""
        edges = []
        for side, place in enumerate((row, column)):
            middle = self.start[side] + place * self.step[side]
            edges += [middle - (self.size[side] - 1) / 2, middle + (self.size[side] - 1) / 2]
        return tuple(edges)


def fields_of(model, image):
    """What the units of every convolution and pooling see, up to the first linear layer.

    A unit of a layer sees ``size + (kernel - 1) * step`` pixels, where size and step are those of the layer before. The
    layers are taken to follow one another in the order in which they ran: of a network with branches this is no more than a
    bound.

    Parameters
    ----------
    model : Module
    image : Tensor, or (H, W) for one channel, or (C, H, W)

    Raises
    ------
    MinidlError
        When no such layer ran.
    """
    pixels = np.zeros(_shape(image), dtype=np.float32) if isinstance(image, tuple | list) else image
    batch = Tensor(one_image(pixels))
    with no_grad(), np.errstate(all="ignore"):
        _, seen = run_and_watch(model, batch, (Conv2d, MaxPool2d, AvgPool2d, Linear))
    fields, size, step, start = [], (1, 1), (1, 1), (0.0, 0.0)
    for name, module, out in seen:
        if isinstance(module, Linear):
            break
        kernel, stride, padding, dilation = _settings(module)
        reach = tuple((k - 1) * d for k, d in zip(kernel, dilation, strict=True))
        start = tuple(s + (r / 2 - p) * j for s, r, p, j in zip(start, reach, padding, step, strict=True))
        size = tuple(n + r * j for n, r, j in zip(size, reach, step, strict=True))
        step = tuple(j * t for j, t in zip(step, stride, strict=True))
        fields.append(Field(name or type(module).__name__, label_of(name, module), size, step, start, out.shape[-2:]))
    if not fields:
        raise MinidlError("no convolution and no pooling of this model ran, so every unit sees the whole image")
    return fields


def _shape(size):
    return (1, 1, *size) if len(size) == 2 else (1, *size)


def _settings(module):
    """Kernel, stride, padding and dilation of a layer, each for rows and columns."""
    pair = lambda v: tuple(v) if isinstance(v, tuple | list) else (v, v)
    kernel, dilation = pair(module.kernel_size), pair(getattr(module, "dilation", 1))  # a mean has none
    padding = module.padding
    if isinstance(padding, str):
        same = tuple((k - 1) * d / 2 for k, d in zip(kernel, dilation, strict=True))
        padding = same if padding == "same" else (0, 0)
    return kernel, pair(module.stride), pair(padding), dilation


def field_title(fields, height, width):
    """What a reader should see."""
    first, last = fields[0], fields[-1]
    share = min(1.0, last.size[0] / height) * min(1.0, last.size[1] / width)
    begin = f"a unit of {first.label} sees {first.size[0]} × {first.size[1]} pixels"
    end = f"; of {last.label}, {last.size[0]} × {last.size[1]}" if last is not first else ""
    return f"{begin}{end}, {share:.0%} of the image"
