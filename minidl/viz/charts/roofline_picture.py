"""The roofline of a machine with a model's layers under it, drawn."""

import numpy as np

from minidl.viz.charts.roofline import placed_layers, roofline_title
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.theme import LIGHT


def roofline(profile, machine, title=None):
    """Draw what a machine can reach for each FLOP/byte, and what the layers of a profile reach.

    Left of the ridge numbers arrive too slowly to keep the arithmetic busy; right of it arithmetic is the limit. A layer
    may lie above the slope: its numbers were in a cache.

    Parameters
    ----------
    profile : minidl.profile.Profile
    machine : minidl.profile.Machine
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` maps each layer to "kind", "intensity", "speed", "share" and "bound".

    References
    ----------
    Williams, Waterman & Patterson (2009), *Roofline: An Insightful Visual Performance Model*.
    """
    layers = placed_layers(profile, machine)
    title = title or roofline_title(layers)
    low = min(0.05, *(layer.intensity / 2 for layer in layers))
    high = max(4 * machine.ridge, *(2 * layer.intensity for layer in layers))

    def draw(figure):
        axes = figure.subplots()
        at = np.geomspace(low, high, 200)
        axes.loglog(at, machine.attainable(at) / 1e9, color=LIGHT["ink"])
        axes.axvline(machine.ridge, color=LIGHT["line"], linestyle="--", linewidth=1)
        for bound, part, colour, mark in (("memory", "slope", "gradient", "s"), ("arithmetic", "flat roof", "value", "o")):
            own = [layer for layer in layers if layer.bound == bound]
            x, y = [layer.intensity for layer in own], [layer.speed / 1e9 for layer in own]
            axes.plot(x, y, mark, color=LIGHT[colour], label=f"under the {part}")
        for layer in layers:
            axes.annotate(
                plain_label(layer.name, 16),
                (layer.intensity, layer.speed / 1e9),
                xytext=(5, -9),
                fontsize=8,
                textcoords="offset points",
                color=LIGHT["faint"],
            )
        axes.set(xlabel="FLOP for each byte", ylabel="GFLOP/s")
        axes.legend(loc="lower right")
        figure.suptitle(wrapped(title, 7), x=0.01, ha="left", fontsize=12)
        return [(axes, layer.intensity, layer.speed / 1e9, _said(layer)) for layer in layers]

    data = {layer.name: {k: v for k, v in vars(layer).items() if k != "name"} for layer in layers}
    return FigurePicture(draw, f"Roofline: {title}", data, size=(7, 4.2))


def _said(layer):
    return (
        f"{layer.name} ({layer.kind})\n{layer.intensity:.2g} FLOP/byte, {layer.speed / 1e9:.3g} GFLOP/s: "
        f"{layer.share:.0%} of what the roof allows"
    )
