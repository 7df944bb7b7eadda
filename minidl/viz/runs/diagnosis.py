"""What ails a training run, in a sentence: read from its gradient flow, or from its loss curves."""

from dataclasses import dataclass

import numpy as np

from minidl.viz.summary import number_text

SHRINK = 30.0  # from layer to layer gradients may differ; by more than this over the whole network they are a problem
HIGH, LOW = 0.05, 2e-5  # of the change of a weight in a step, relative to the weight; about 0.001 is usual


TOO_SHORT = "too short to judge"
FOLLOWS = {
    "dead": {"no gradient", "lr low"},
    "exploding": {"lr low"},
    "saturated": {"vanishing"},
    "zero_grad": {"exploding", "lr high"},
}  # the one explains the others


@dataclass
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    kind : str
        Such as "vanishing".
    text : str
        What is seen, and what to try.
    """

    kind: str
    text: str


def diagnose(history):
    """What ails a run, the most telling first; an empty list if nothing seems to.

    Parameters
    ----------
    history : FlowHistory

    Returns
    -------
    list of Finding
    """
    if not history.steps:
        return []
    checks = (
        not_finite,
        forgotten_zero_grad,
        unnormalised_input,
        dead_units,
        saturated_units,
        exploding,
        step_too_large,
        uneven_gradients,
        step_too_small,
    )
    with np.errstate(all="ignore"):  # a sick run has numbers of any size
        found = [finding for check in checks for finding in check(history)]
    explained = {kind for finding in found for kind in FOLLOWS.get(finding.kind, ())}
    return [finding for finding in found if finding.kind not in explained]


def not_finite(h):
    """A loss, or else a gradient, that is no number."""
    bad = np.flatnonzero(~np.isfinite(h.loss))
    for name, sizes in h.gradient.items() if not bad.size else ():
        broken = np.flatnonzero(~np.isfinite(sizes))
        if broken.size:
            yield Finding(
                "not finite",
                f"the gradient of {name} is no longer a number from step {h.steps[broken[0]]} on: try a smaller learning "
                "rate, or clip_grad_norm_",
            )
            return
    if bad.size:
        yield Finding(
            "not finite", f"the loss is no longer a number from step {h.steps[bad[0]]} on: try a smaller learning rate"
        )


def forgotten_zero_grad(h):
    """Gradients of all steps piled up."""
    if len(h.accumulated) > 2 and np.mean(h.accumulated[1:]) > 0.6:
        yield Finding(
            "zero_grad",
            "every gradient is added to those of the steps before: call optimizer.zero_grad() before loss.backward()",
        )


def unnormalised_input(h):
    """Inputs far from 0, or of a very different size than 1."""
    if not h.input:
        return
    mean, std = h.input["mean"], h.input["std"]
    if not np.isfinite([mean, std]).all():
        yield Finding("input", "the input holds NaN or infinity: clean the data first")
        return
    if abs(mean) > 5 * max(std, 1.0) or std > 10:
        yield Finding(
            "input",
            f"the input is not normalised (mean {number_text(mean)}, std {number_text(std)}): "
            "subtract the mean and divide by the standard deviation of each feature",
        )


def _tail(values):
    """The typical value in the last third of a run."""
    finite = np.asarray(values)[-max(1, len(values) // 3) :]
    finite = finite[np.isfinite(finite)]
    return float(np.median(finite)) if finite.size else 0.0


def _worst(h, kind):
    """The layer in which the most units are "dead" or "saturated", and their share."""
    shares = {name: _tail(numbers[kind]) for name, numbers in h.activations.items() if kind in numbers}
    share, name = max(((share, name) for name, share in shares.items()), default=(0.0, None))
    return name, share


def dead_units(h):
    """ReLUs that are 0 for the whole batch, so that nothing can wake them."""
    name, share = _worst(h, "dead")
    if share > 0.4:
        yield Finding(
            "dead",
            f"{share:.0%} of the units of layer {name} are 0 for every input (dead ReLU): try a smaller learning rate, "
            "He initialisation, or LeakyReLU",
        )


def saturated_units(h):
    """Tanhs and sigmoids at their limits, where they have no slope."""
    name, share = _worst(h, "saturated")
    if share > 0.5 and _fell(h) < 0.5:
        yield Finding(
            "saturated",
            f"{share:.0%} of the outputs of layer {name} sit at the limits of its activation, where it is flat "
            "(saturation): try smaller initial weights, normalised inputs, or a normalisation layer",
        )


def fold(ratio):
    """How many times, as people write it.

    >>> fold(3.14159), fold(51234.5)
    ('3.1', '51,000')
    """
    digits = 1 - int(np.floor(np.log10(ratio))) if np.isfinite(ratio) else 0
    return f"{round(ratio, digits):,.{max(digits, 0)}f}"


def uneven_gradients(h):
    """Gradients that shrink or grow on their way from the last layer to the first, in a run that has not learned yet."""
    if _fell(h) < 0.9:
        yield from uneven({name: _tail(sizes) for name, sizes in h.gradient.items()})


def uneven(sizes):
    """The same for the size of one gradient a layer, first layer first."""
    names = list(sizes)
    missing = [name for name in names if not sizes[name] > 0]
    if missing:
        yield Finding("no gradient", f"no gradient at all reaches {missing[0]}: it is unused, frozen, or behind dead units")
        return
    if len(names) < 2:
        return
    first, last = names[0], names[-1]
    ratio = sizes[last] / sizes[first]
    if ratio > SHRINK:
        yield Finding(
            "vanishing",
            f"gradients shrink {fold(ratio)}-fold from layer {last} to layer {first}: vanishing; try residual "
            "connections, normalisation layers, ReLU, or an initialisation that fits the activation",
        )
    elif ratio < 1 / SHRINK:
        yield Finding(
            "exploding",
            f"gradients grow {fold(1 / ratio)}-fold from layer {last} to layer {first}: exploding; try smaller initial "
            "weights, normalisation layers, or clip_grad_norm_",
        )


def exploding(h):
    """Outputs that grow from layer to layer, or gradients much larger than the weights that they are to change."""
    spreads = {name: _tail(numbers["std"]) for name, numbers in h.activations.items()}
    spreads = {name: spread for name, spread in spreads.items() if spread}
    if len(spreads) > 1:
        first, last = next(iter(spreads)), max(spreads, key=lambda name: spreads[name])
        growth = spreads[last] / spreads[first]
        if growth > SHRINK and spreads[last] > 10:
            yield Finding(
                "exploding",
                f"outputs grow {fold(growth)}-fold from layer {first} to layer {last}, and gradients with them: "
                "exploding; try smaller initial weights or normalisation layers",
            )
            return
    ratio, name = max((_tail(h.gradient[name]) / (_tail(h.weight[name]) or 1.0), name) for name in h.gradient)
    if ratio > 100:
        yield Finding(
            "exploding",
            f"the gradient of {name} is {fold(ratio)} times as large as the weight itself: exploding; try "
            "clip_grad_norm_, smaller initial weights, or normalised inputs and targets",
        )


def _fell(h):
    """By which share of itself the loss fell; negative where it rose."""
    loss = np.asarray(h.loss)
    loss = loss[np.isfinite(loss)]
    part = max(1, len(loss) // 10)
    start = loss[:part].mean() if loss.size else 0.0
    return float((start - loss[-part:].mean()) / abs(start)) if start else 0.0


def step_too_large(h):
    """Weights that change so much in a step that the run jumps about."""
    loss = np.asarray([v for v in h.loss if np.isfinite(v)])
    if len(loss) < 5:
        return
    typical = max(_tail(values) for values in h.update.values())
    largest = max(np.nanmax(np.append(values, 0.0)) for values in h.update.values())
    stuck = _fell(h) < 0.1
    jumps = np.abs(np.diff(loss)).sum() > 6 * max(np.ptp(loss), 1e-12)
    if (typical > HIGH and (stuck or jumps)) or (stuck and largest > 6 * HIGH and loss.max() > 2 * loss[0]):
        ratio = typical if typical > HIGH else largest
        yield Finding(
            "lr high",
            f"the weights change by {ratio:.0%} of their size in a step, and the loss "
            f"{'does not fall' if stuck else 'jumps'}: the learning rate is too high; divide it by 10",
        )


def step_too_small(h):
    """Weights that hardly move while the loss hardly falls."""
    ratio = max(_tail(values) for values in h.update.values())
    if len(h.steps) > 4 and ratio < LOW and _fell(h) < 0.05:
        yield Finding(
            "lr low",
            f"the weights change by only {number_text(ratio)} of their size in a step, and the loss hardly falls: "
            "the learning rate is too low; multiply it by 10",
        )


def read_curves(train, val=None, unit="epoch"):
    """What loss curves say about a run, in a sentence.

    Parameters
    ----------
    train, val : array of float
        The losses; `val` may be None.

    Returns
    -------
    str
    """
    curve = train if val is None else val
    n = len(curve)
    if not np.isfinite(train).all():
        first = int(np.argmin(np.isfinite(train))) + 1
        return f"the loss is no longer a number from {unit} {first} on: the learning rate is too high"
    if n < 4:
        return TOO_SHORT
    best = int(np.nanargmin(curve))
    span = float(np.nanmax(curve) - np.nanmin(curve)) or 1e-12
    if val is not None and n - 1 - best >= max(2, n // 10) and val[best:].max() - val[best] > 0.03 * abs(val[best]):
        later = train[best:]
        if later[-1] < later[0]:
            return f"overfitting from {unit} {best + 2} on: the validation loss rises while the training loss still falls"
    if curve[-1] > curve[0]:
        return "diverging: the loss ends higher than it began; try a smaller learning rate"
    rough = float(np.abs(np.diff(curve, n=2)).mean()) / span
    if rough > 0.25:
        return "too noisy: the loss jumps from one value to the next; try larger batches or a smaller learning rate"
    last = max(2, n // 5)
    recent = (
        float(np.mean(curve[-2 * last : -last]) - np.mean(curve[-last:]))
        if n >= 2 * last
        else float(curve[-last] - curve[-1])
    )
    if recent > 0.03 * span:
        return "not yet converged: the loss is still falling; train longer"
    return "levelled off: more of the same will change little"
