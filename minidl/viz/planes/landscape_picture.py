"""The loss landscape: its views as a curve, as contours, and as a surface that can be turned."""

import numpy as np

from minidl.viz.figure import FigurePicture, faded, wrapped
from minidl.viz.planes.landscape import heights_to_draw, landscape_title, measure, plain
from minidl.viz.summary import drawable, number_text
from minidl.viz.theme import LIGHT


def landscape(model, loss, data, dims=2, span=1.0, points=25, path=None, seed=0, title=None):
    """Draw the loss as a landscape over the weights, around where they are now.

    Parameters
    ----------
    model : Module
        It is left as it was.
    loss : callable
        ``loss(model(x), target)`` gives one number.
    data : (Tensor, Tensor)
        `x` and `target`.
    dims : {1, 2}
        A curve along one direction, or a surface over two.
    span : float
        How far to go each way; at 1 every filter has changed by its own length.
    points : int
        Heights along each side; the loss is computed ``points ** dims`` times.
    path : WeightPath or list of array, optional
        Where an optimiser went: the directions are then those in which it moved most, and it is drawn.
    seed : int
        Of the random directions.
    title : str, optional
        What the reader should see.

    Returns
    -------
    LandscapePicture, or for one dimension FigurePicture
        Its `data` holds x, y, height and path.

    Raises
    ------
    ShapeError
        When the path does not belong to this model.
    ValueError
        For other dimensions, fewer than three points, or a span that no axis can show.

    References
    ----------
    Li et al. (2018), *Visualizing the Loss Landscape of Neural Nets*, section 4.
    """
    land = measure(model, loss, data, dims, span, points, path, seed)
    title = title or landscape_title(land)
    return _curve(land, title) if dims == 1 else LandscapePicture(land, title)


def _curve(land, title):
    def draw(figure):
        axes = figure.add_subplot()
        height = drawable(land.height)
        axes.plot(land.x, height, color=LIGHT["value"])
        if land.path is not None:
            on_it = np.interp(land.path[:, 0], land.x, height)
            axes.scatter(land.path[:, 0], on_it, s=14, color=LIGHT["gradient"], zorder=3)
        else:
            axes.axvline(0, color=LIGHT["faint"], linestyle=":", linewidth=1.2)
            axes.annotate(
                "the weights now",
                (0, 1),
                (4, -4),
                xycoords=("data", "axes fraction"),
                va="top",
                textcoords="offset points",
                fontsize=9,
                color=LIGHT["faint"],
            )
        axes.set_title(wrapped(title, 6.2))
        axes.set_xlabel("step along a direction of the weights")
        axes.set_ylabel("loss")
        return [(axes, x, h, f"step {number_text(x)}\nloss {number_text(h)}") for x, h in zip(land.x, height, strict=True)]

    return FigurePicture(draw, f"Loss landscape: {title}", plain(land))


class LandscapePicture(FigurePicture):
    """A loss surface: contours beside a view in space; in a notebook it can be turned."""

    script = "surface"

    def __init__(self, land, title):
        self.land, self._title = land, title
        self._heights, self._logarithmic = heights_to_draw(land.height)
        super().__init__(self._both, f"Loss landscape: {title}", plain(land), size=(10, 4.6))

    def _both(self, figure):
        figure.suptitle(wrapped(self._title, 9.5), x=0.01, ha="left", fontsize=12)
        if not np.isfinite(self._heights).any():
            figure.text(0.5, 0.5, "no height is finite", ha="center", color=LIGHT["gradient"])
            return
        flat, space = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2, projection="3d")
        self._contours(flat)
        self._surface(space)

    def _contours(self, axes):
        land = self.land
        shown = np.ma.masked_invalid(self._heights)
        filled = axes.contourf(land.x, land.y, shown, 14, cmap=faded("value"))
        if np.ptp(shown.compressed()) > 0:  # a plain has no lines
            axes.contour(land.x, land.y, shown, 14, colors=[LIGHT["value"]], linewidths=0.6)
        bar = axes.figure.colorbar(filled, ax=axes, pad=0.02)
        bar.outline.set_visible(False)
        bar.set_label("log₁₀ of the loss" if self._logarithmic else "loss")
        if land.path is None:
            axes.plot([0], [0], marker="+", markersize=12, markeredgewidth=2, color=LIGHT["gradient"])
        else:
            axes.plot(*land.path.T, color=LIGHT["gradient"], marker="o", markersize=2.5, linewidth=1.2)
            axes.plot(*land.path[-1], marker="*", markersize=13, color=LIGHT["gradient"])
        axes.set_xlabel("first direction")
        axes.set_ylabel("second direction")
        axes.grid(visible=False)

    def _surface(self, axes):
        x, y = np.meshgrid(self.land.x, self.land.y)
        axes.plot_surface(
            x,
            y,
            np.nan_to_num(self._heights, nan=np.nanmax(self._heights)),
            cmap=faded("value"),
            edgecolor=LIGHT["value"],
            linewidth=0.2,
            rcount=25,
            ccount=25,
            rasterized=True,
        )
        axes.set_facecolor("none")
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.set_pane_color((0, 0, 0, 0))

    def state(self):
        """What the widget in the browser is given."""
        short = lambda rows: [
            [float(f"{v:.4g}") if np.isfinite(v) else None for v in row] for row in np.asarray(rows).tolist()
        ]
        path = None if self.land.path is None else self.land.path[:: max(1, len(self.land.path) // 300)]
        (x,), (y,) = short([self.land.x]), short([self.land.y])
        return {
            "svg": self.svg,
            "text": self.text,
            "x": x,
            "y": y,
            "height": short(self._heights),
            "logarithmic": self._logarithmic,
            "path": None if path is None else short(path),
        }
