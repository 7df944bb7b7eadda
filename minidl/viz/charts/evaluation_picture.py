"""Judging a classifier: confusion matrix, ROC curve, precision and recall, calibration."""

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of
from minidl.viz.charts.evaluation import calibrated, confusions, precision_recall_curves, roc_curves
from minidl.viz.colours import class_colour
from minidl.viz.figure import FigurePicture, Grid, faded, legend_label, plain_label, wrapped
from minidl.viz.pixels import png
from minidl.viz.summary import evenly, number_text, shortened
from minidl.viz.theme import LIGHT

MOST_EXAMPLES = 8  # images that a click on a cell shows
MOST_ASKED = 150  # points of a curve that can be asked
FEW = 10  # a share of fewer examples than this says little


def confusion(predictions, targets, classes=None, images=None, title=None):
    """Draw how often each class was taken for each other.

    Parameters
    ----------
    predictions : Tensor, shape (N,) of class numbers or (N, C) of scores
    targets : Tensor, shape (N,)
    classes : list of str, optional
        The names of the classes. Of more than 30, those that are confused most often are drawn.
    images : Tensor, shape (N, H, W) or (N, 1, H, W), optional
        What was classified: in a notebook a click on a cell shows those that ended there.
    title : str, optional
        What the reader should see. Without it the title names the most common confusion.

    Returns
    -------
    FigurePicture
        Its `data` holds "matrix", rows for the true classes.

    Raises
    ------
    ShapeError
        When predictions, targets and images differ in number.
    ValueError
        For class numbers below 0, or without a name.
    """
    counted = confusions(predictions, targets, classes)
    matrix, names, shares = counted.matrix, counted.names, counted.shares
    shown = {} if images is None else _examples(array_of(images), counted)
    title = title or counted.title()

    def draw(figure):
        axes = figure.add_subplot()
        axes.imshow(shares, cmap=faded("value"), vmin=0, vmax=1, aspect="auto", interpolation="none")
        for i, j in np.argwhere(matrix > 0):
            right = i == j
            colour = LIGHT["ink" if right else "gradient"]
            if shares[i, j] > 0.6:
                colour = "#fefefe"  # the cell is dark in both themes
            axes.text(j, i, str(matrix[i, j]), ha="center", va="center", fontsize=10, color=colour)
        ticks = [plain_label(name, 14) for name in names]
        axes.set_xticks(range(len(names)), ticks, rotation=90 if max(map(len, ticks)) > 4 else 0)
        axes.set_yticks(range(len(names)), ticks)
        axes.set_xlabel("taken for")
        axes.set_ylabel("true class")
        axes.grid(visible=False)
        axes.set_title(wrapped(title, size))
        tell = lambda i, j: f"{names[i]} taken for {names[j]}\n{matrix[i, j]} of {matrix[i].sum()} ({shares[i, j]:.1%})"
        return [Grid(axes, [[tell(i, j) for j in range(len(names))] for i in range(len(names))], shown)]

    size = max(4.0, 1.6 + 0.5 * len(names))
    data = {"matrix": matrix.tolist(), "classes": names}
    return FigurePicture(draw, f"Confusion matrix: {title}", data, (size + 1.2, size))


def _examples(pixels, counted):
    """For each cell of the matrix some of the images that ended there."""
    if len(pixels) != len(counted.found):
        raise ShapeError(f"there are {len(counted.found)} predictions and {len(pixels)} images")
    if pixels.ndim == 4:
        pixels = pixels[:, 0]
    shown: dict = {}
    for k, image in enumerate(pixels):
        row, column = counted.truth[k], counted.found[k]
        cell = shown.setdefault(f"{row},{column}", [])
        most = MOST_EXAMPLES if row != column else 2  # the mistakes are what one wants to see
        if len(cell) < most:
            words = f"number {k}: {counted.names[row]} taken for {counted.names[column]}"
            cell.append([png(image / brightest(image)), words])
    return shown


def brightest(pixels):
    """The largest finite value of an image, and at least 1."""
    finite = pixels[np.isfinite(pixels)]
    return max(1.0, float(finite.max())) if finite.size else 1.0


def roc(scores, targets, title=None, log=False):
    """Draw the ROC curve: the share of hits against that of false alarms, for every threshold.

    Parameters
    ----------
    scores : Tensor, shape (N,), or dict of str -> Tensor
        Higher means class 1; a dict compares models.
    targets : Tensor, shape (N,)
        0 or 1.
    title : str, optional
        What the reader should see.
    log : bool
        Both axes logarithmic, from one example of each class on: for those to whom only few false alarms matter.

    Returns
    -------
    FigurePicture
        Its `data` maps each name to "auc", "false" and "true".

    Raises
    ------
    ValueError
        When the targets are not 0 and 1.
    """
    curves = roc_curves(scores, targets)
    title = title or f"the area under the curve is {_best(curves, 'auc')}"
    least = min(1 / count for count in np.bincount(array_of(targets))) if log else 0

    def draw(figure):
        axes = figure.add_subplot()
        axes.plot([least, 1], [least, 1], color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        place = (2.3 * least, 1.9 * least) if log else (0.62, 0.58)  # below the line, where few curves go
        aligned = {"va": "top", "rotation_mode": "anchor"} if log else {}
        axes.text(*place, "guessing", color=LIGHT["faint"], fontsize=9, rotation=38, **aligned)
        if log:
            axes.set(xscale="log", yscale="log", xlim=(least, 1.2), ylim=(least, 1.2))
        asked = []
        for k, (name, c) in enumerate(curves.items()):
            axes.plot(c["false"], c["true"], color=class_colour(k), label=f"{legend_label(name)}: {c['auc']:.3f}")
            asked += [
                (
                    axes,
                    c["false"][i],
                    c["true"][i],
                    f"{name}\nthreshold {number_text(c['threshold'][i])}\n"
                    f"hits {c['true'][i]:.1%}, false alarms {c['false'][i]:.1%}",
                )
                for i in evenly(len(c["false"]), MOST_ASKED)
                if min(c["false"][i], c["true"][i]) >= least
            ]
        axes.set_xlabel("false alarms (share of class 0)")
        axes.set_ylabel("hits (share of class 1)")
        axes.set_title(wrapped(title, 4.6))
        if len(curves) > 1:
            axes.legend(loc="lower right")
        return asked

    return FigurePicture(draw, f"ROC curve: {title}", _plain(curves), size=(5.4, 4.6))


def precision_recall(scores, targets, title=None):
    """Draw precision against recall, for every threshold: how much is found, and how much of what is found is right.

    Where one class is rare this says more than the ROC curve: guessing has the precision of the rare class's share.

    Parameters
    ----------
    scores : Tensor, shape (N,), or dict of str -> Tensor
        Higher means class 1; a dict compares models.
    targets : Tensor, shape (N,)
        0 or 1.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` maps each name to "average" (the average precision), "precision" and "recall".

    Raises
    ------
    ValueError
        When the targets are not 0 and 1.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.precision_recall(md.tensor([0.9, 0.8, 0.3, 0.1]), md.tensor([1, 0, 1, 0]))
    Precision and recall: the average precision is 0.833; guessing would reach 0.500
    """
    curves = precision_recall_curves(scores, targets)
    guessing = float(array_of(targets).mean())
    title = title or f"the average precision is {_best(curves, 'average')}; guessing would reach {guessing:.3f}"

    def draw(figure):
        axes = figure.add_subplot()
        axes.axhline(guessing, color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        axes.text(0.01, guessing + 0.015, "guessing", color=LIGHT["faint"], fontsize=9)
        asked = []
        for k, (name, c) in enumerate(curves.items()):
            label = f"{legend_label(name)}: {c['average']:.3f}"
            axes.step(c["recall"], c["precision"], where="pre", color=class_colour(k), label=label)
            asked += [
                (
                    axes,
                    c["recall"][i],
                    c["precision"][i],
                    f"{name}\nthreshold {number_text(c['threshold'][i])}\n"
                    f"found {c['recall'][i]:.1%}, right of those {c['precision'][i]:.1%}",
                )
                for i in evenly(len(c["recall"]), MOST_ASKED)
            ]
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(0, 1.04)
        axes.set_xlabel("recall (share of class 1 that is found)")
        axes.set_ylabel("precision (share of those found that is right)")
        axes.set_title(wrapped(title, 4.6))
        if len(curves) > 1:
            axes.legend(loc="lower left")
        return asked

    return FigurePicture(draw, f"Precision and recall: {title}", _plain(curves), size=(5.4, 4.6))


def _best(curves, number):
    """The best number of the curves, and whose it is if there are several."""
    best = max(curves, key=lambda name: curves[name][number])
    return f"{curves[best][number]:.3f}" + (f" for {shortened(best)}" if len(curves) > 1 else "")


def _plain(curves):
    """The curves as plain data, without their thresholds."""
    return {
        name: {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in c.items() if k != "threshold"}
        for name, c in curves.items()
    }


def calibration(probabilities, targets, bins=10, title=None):
    """Draw how often a model is right when it says that it is sure.

    Parameters
    ----------
    probabilities : Tensor, shape (N, C), or (N,) of class 1
    targets : Tensor, shape (N,)
    bins : int
    title : str, optional
        What the reader should see. Without it the title says whether the model is too sure of itself.

    Returns
    -------
    FigurePicture
        Bins of fewer than 10 examples are hollow: what they say may be chance. Its `data` holds "error", and for each bin
        "confidence", "accuracy" and "count".

    Raises
    ------
    OutOfRangeError
        When these are not probabilities.
    """
    c = calibrated(probabilities, targets, bins)
    title = title or c.title()
    many = np.asarray(c.count) >= FEW

    def draw(figure):
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        axes.plot([0, 1], [0, 1], color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        axes.plot(c.confidence[many], c.accuracy[many], color=LIGHT["value"], marker="o")
        axes.plot(c.confidence[~many], c.accuracy[~many], color=LIGHT["faint"], marker="o", markerfacecolor="none", ls="")
        for x, y in zip(c.confidence[many], c.accuracy[many], strict=True):
            axes.plot([x, x], [x, y], color=LIGHT["gradient"], linewidth=1.5)
        if not many.all():
            axes.text(0.02, 0.97, f"hollow: fewer than {FEW} examples", fontsize=9, va="top", color=LIGHT["faint"])
        axes.set_ylabel("share that is right")
        axes.set_title(wrapped(title, 4.8))
        below.bar((c.bins + 0.5) / bins, c.count, 0.9 / bins, color=LIGHT["line"])
        below.set_ylabel("count")
        below.set_xlabel("what the model says (confidence)")
        return [
            (axes, x, y, f"says {x:.1%}\nis right in {y:.1%}\n{n} examples")
            for x, y, n in zip(c.confidence, c.accuracy, c.count, strict=True)
        ]

    data = {
        "error": c.error,
        "confidence": c.confidence.tolist(),
        "accuracy": c.accuracy.tolist(),
        "count": c.count.tolist(),
    }
    return FigurePicture(draw, f"Calibration: {title}", data, size=(5.6, 5))
