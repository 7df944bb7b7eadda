"""Finding a learning rate: raise it step by step, and see where the loss falls fastest (Smith 2017)."""

import copy
import math
from itertools import cycle, islice

import numpy as np

from minidl.errors import MinidlError
from minidl.nn.functional import cross_entropy
from minidl.nn.modes import modes_kept


def find_lr(model, train, loss=cross_entropy, *, optimizer, start=1e-6, end=10.0, steps=100):
    """Try learning rates from `start` to `end` on one short run.

    Weights, optimiser and mode are put back afterwards.

    Returns
    -------
    dict
        "lr" and "loss", a list each, up to where the loss explodes; and "suggestion", the rate at which
        the smoothed loss falls fastest.

    Raises
    ------
    MinidlError
        When there is no batch, or the loss explodes before there is anything to see.
    """
    if not 0 < start < end or steps < 3:
        raise ValueError(
            f"find_lr climbs from a small rate to a large one in at least 3 steps, not {start:g}, {end:g}, {steps}"
        )
    weights = {name: np.array(t.array) for name, t in model.state_dict().items()}
    state = copy.deepcopy(optimizer.state_dict())  # a copy: the optimiser changes its own
    i, tried, losses, smooth, lowest = -1, [], [], 0.0, math.inf
    with modes_kept(model):
        model.train()
        try:
            for i, (x, y) in enumerate(islice(cycle(train), steps)):
                lr = start * (end / start) ** (i / max(1, steps - 1))
                for group in optimizer.param_groups:
                    group["lr"] = lr
                value = loss(model(x), y)
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                smooth = 0.9 * smooth + 0.1 * value.item()
                corrected = smooth / (1 - 0.9 ** (i + 1))
                lowest = min(lowest, corrected)
                if not math.isfinite(corrected) or corrected > 4 * lowest:
                    break
                tried.append(lr)
                losses.append(corrected)
        finally:
            for name, t in model.state_dict().items():
                t.copy_(weights[name])
            optimizer.load_state_dict(state)
            optimizer.zero_grad()
    if i < 0:
        raise MinidlError(
            "there is no batch to try learning rates on: is the data set empty, or an iterator that is used up?"
        )
    if len(tried) < 3:
        raise MinidlError(f"the loss explodes at once: try a smaller start than {start:g}")
    slopes = np.gradient(losses, np.log(tried))
    return {"lr": tried, "loss": losses, "suggestion": float(tried[int(np.argmin(slopes))])}
