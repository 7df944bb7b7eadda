"""What every convolution of a network makes of one image, as plain data."""

from dataclasses import dataclass

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.viz.charts.layers_watched import convolutions, label_of, one_image
from minidl.viz.summary import drawable, number_text

MOST_MAPS = 16  # of a layer
MOST_LAYERS = 12


@dataclass
class LayerMaps:
    """The maps of one convolution.

    Attributes
    ----------
    name : str
    label : str
        With the kind of the layer, such as "Conv2d 0".
    maps : array, shape (n, H, W)
        The first of them; NaN where they are not finite.
    filters : array, shape (n, h, w)
        The weights that made each, the mean over the input channels.
    count : int
        How many there are.
    """

    name: str
    label: str
    maps: np.ndarray
    filters: np.ndarray
    count: int

    def told(self, k):
        """The tooltip of a map."""
        seen = self.maps[k][np.isfinite(self.maps[k])]
        numbers = f"from {number_text(seen.min())} to {number_text(seen.max())}" if seen.size else "nothing is finite"
        return f"{self.label}, map {k}: {numbers}\nits filter:"

    def strongest(self):
        """The number of the map with the largest value, and that value."""
        peaks = np.nan_to_num(np.abs(self.maps).reshape(len(self.maps), -1), nan=0.0).max(axis=1)
        return int(peaks.argmax()), float(peaks.max())


def maps_of(model, image):
    """The maps of every convolution for one image; the model is left as it was.

    Raises
    ------
    MinidlError
        When the model has no convolution.
    ShapeError
        When this is not a single image.
    """
    with no_grad(), np.errstate(all="ignore"):
        _, seen = convolutions(model, Tensor(one_image(image)))
    layers = []
    for name, module, out in seen[:MOST_LAYERS]:
        maps = out.array[0]
        filters = module.weight.array.mean(axis=1)
        names = name or type(module).__name__, label_of(name, module)
        layers.append(LayerMaps(*names, drawable(maps[:MOST_MAPS]), filters[:MOST_MAPS], len(maps)))
    return layers


def maps_title(layers):
    """What a reader should see."""
    sizes = [f"{layer.count} maps of {layer.maps.shape[1]} × {layer.maps.shape[2]}" for layer in layers]
    strongest, _ = layers[-1].strongest()
    return f"{', then '.join(sizes)}; in {layers[-1].label} map {strongest} answers most strongly"
