"""Judging a classifier: confusion matrix, ROC curve, calibration."""

import numpy as np

from minidl.errors import ShapeError
from minidl.train.metrics import array_of, calibration_error, confusion_matrix, roc_auc, roc_curve
from minidl.viz.figure import FigurePicture, Grid, plain_label, png, wrapped
from minidl.viz.planes.colours import class_colour
from minidl.viz.summary import number_text, shortened
from minidl.viz.theme import LIGHT, faded

MOST_EXAMPLES = 8  # images that a click on a cell shows


def confusion(predictions, targets, classes=None, images=None, title=None):
    """Draw how often each class was taken for each other.

    Parameters
    ----------
    predictions : Tensor, shape (N,) of class numbers or (N, C) of scores
    targets : Tensor, shape (N,)
    classes : list of str, optional
        The names of the classes.
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
    """
    found, truth = array_of(predictions), array_of(targets).reshape(-1).astype(int)
    found = (found.argmax(axis=1) if found.ndim == 2 else found.reshape(-1)).astype(int)
    matrix = confusion_matrix(found, truth, None if classes is None else len(classes)).array
    names = [str(c) for c in (classes if classes is not None else range(len(matrix)))]
    shown = {} if images is None else _examples(array_of(images), found, truth, names)
    title = title or _confusion_title(matrix, names)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)

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
        axes.set_title(wrapped(title, 5.5))
        texts = [
            [
                f"{names[i]} taken for {names[j]}\n{matrix[i, j]} of {matrix[i].sum()} ({shares[i, j]:.1%})"
                for j in range(len(names))
            ]
            for i in range(len(names))
        ]
        return [Grid(axes, texts, shown)]

    size = max(4.0, 1.6 + 0.5 * len(names))
    return FigurePicture(
        draw, f"Confusion matrix: {title}", {"matrix": matrix.tolist(), "classes": names}, (size + 1.2, size)
    )


def _examples(pixels, found, truth, names):
    if len(pixels) != len(found):
        raise ShapeError(f"there are {len(found)} predictions and {len(pixels)} images")
    if pixels.ndim == 4:
        pixels = pixels[:, 0]
    shown: dict = {}
    for k, image in enumerate(pixels):
        cell = shown.setdefault(f"{truth[k]},{found[k]}", [])
        most = MOST_EXAMPLES if truth[k] != found[k] else 2  # the mistakes are what one wants to see
        if len(cell) < most:
            cell.append(
                [png(image / max(1.0, float(image.max()))), f"number {k}: {names[truth[k]]} taken for {names[found[k]]}"]
            )
    return shown


def _confusion_title(matrix, names):
    right, total = int(np.trace(matrix)), int(matrix.sum())
    wrong = matrix - np.diag(np.diag(matrix))
    if not wrong.any():
        return f"all {total} are right"
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    this, that = shortened(names[i]), shortened(names[j])
    return f"{right / total:.1%} are right; most often {this} is taken for {that}, {wrong[i, j]} times"


def roc(scores, targets, title=None):
    """Draw the ROC curve: the share of hits against that of false alarms, for every threshold.

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
        Its `data` maps each name to "auc", "false" and "true".

    Raises
    ------
    ValueError
        When the targets are not 0 and 1.
    """
    given = scores if isinstance(scores, dict) else {"model": scores}
    data = {}
    for name, s in given.items():
        false, true, thresholds = (r.array for r in roc_curve(s, targets))
        data[str(name)] = {"auc": roc_auc(s, targets), "false": false, "true": true, "threshold": thresholds}
    best = max(data, key=lambda name: data[name]["auc"])
    title = title or f"the area under the curve is {data[best]['auc']:.3f}" + (
        f" for {shortened(best)}" if len(data) > 1 else ""
    )

    def draw(figure):
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        axes.text(0.62, 0.58, "guessing", color=LIGHT["faint"], fontsize=9, rotation=38)
        asked = []
        for k, (name, c) in enumerate(data.items()):
            axes.plot(c["false"], c["true"], color=class_colour(k), label=f"{plain_label(name)}: {c['auc']:.3f}")
            few = np.unique(np.linspace(0, len(c["false"]) - 1, 150).astype(int))
            asked += [
                (axes, c["false"][i], c["true"][i],
                 f"{name}\nthreshold {number_text(c['threshold'][i])}\n"
                 f"hits {c['true'][i]:.1%}, false alarms {c['false'][i]:.1%}")
                for i in few
            ]  # fmt: skip
        axes.set_xlabel("false alarms (share of class 0)")
        axes.set_ylabel("hits (share of class 1)")
        axes.set_title(wrapped(title, 4.6))
        if len(data) > 1:
            axes.legend(loc="lower right")
        return asked

    plain = {
        name: {k: v if k == "auc" else v.tolist() for k, v in c.items() if k != "threshold"} for name, c in data.items()
    }
    return FigurePicture(draw, f"ROC curve: {title}", plain, size=(5.4, 4.6))


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
        Its `data` holds "error", and for each bin "confidence", "accuracy" and "count".

    Raises
    ------
    OutOfRangeError
        When these are no probabilities.
    """
    error = calibration_error(probabilities, targets, bins)
    p, truth = array_of(probabilities).astype(float), array_of(targets).reshape(-1)
    p = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    sure, right = p.max(axis=1), p.argmax(axis=1) == truth
    place = np.minimum((sure * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    seen = np.flatnonzero(count)
    confidence = np.bincount(place, sure, bins)[seen] / count[seen]
    accuracy = np.bincount(place, right, bins)[seen] / count[seen]
    gap = float((sure - right).mean())
    verdict = (
        "is about as sure as it should be" if abs(gap) < 0.02 else "is too sure of itself" if gap > 0 else "is too modest"
    )
    title = title or f"the model {verdict}: it says {sure.mean():.1%} and is right in {right.mean():.1%}"

    def draw(figure):
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        axes.plot([0, 1], [0, 1], color=LIGHT["faint"], linestyle=":", linewidth=1.2)
        axes.plot(confidence, accuracy, color=LIGHT["value"], marker="o")
        for c, a in zip(confidence, accuracy, strict=True):
            axes.plot([c, c], [c, a], color=LIGHT["gradient"], linewidth=1.5)
        axes.set_ylabel("share that is right")
        axes.set_title(wrapped(title, 4.8))
        below.bar((seen + 0.5) / bins, count[seen], 0.9 / bins, color=LIGHT["line"])
        below.set_ylabel("count")
        below.set_xlabel("what the model says (confidence)")
        return [
            (axes, c, a, f"says {c:.1%}\nis right in {a:.1%}\n{n} examples")
            for c, a, n in zip(confidence, accuracy, count[seen], strict=True)
        ]

    data = {"error": error, "confidence": confidence.tolist(), "accuracy": accuracy.tolist(), "count": count[seen].tolist()}
    return FigurePicture(draw, f"Calibration: {title}", data, size=(5.6, 5))
