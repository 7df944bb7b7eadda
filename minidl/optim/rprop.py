r"""Rprop: steps that follow the signs of the gradient alone."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


class Rprop(Optimizer):
    r"""Each weight has a step size, larger while the sign of its gradient stays and smaller when it turns.

    For whole data sets: the signs of small batches say little.

    Parameters
    ----------
    params : iterable of Tensor or dict
    lr : float
        The first step size.
    etas : (float, float)
        What a step size is multiplied by when the sign turns, and when it stays.
    step_sizes : (float, float)
        The smallest and the largest step size.

    References
    ----------
    Riedmiller & Braun (1993), *A direct adaptive method for faster backpropagation learning: the RPROP algorithm*.
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        etas=(0.5, 1.2),
        step_sizes=(1e-6, 50),
        *,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(f"etas are a factor below 1 and one above it, not {etas}")
        settings = {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize}
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, prev=np.zeros_like(p), step_size=np.full_like(p, group["lr"]))
        state["step"] += 1
        g = -g if group["maximize"] else g
        previous, size = state["prev"], state["step_size"]
        turned, stayed = g * previous < 0, g * previous > 0
        size *= np.where(turned, group["etas"][0], np.where(stayed, group["etas"][1], 1)).astype(p.dtype)
        np.clip(size, *group["step_sizes"], out=size)
        previous[...] = np.where(turned, 0, g)  # after a turn it waits for a step
        p -= np.sign(previous) * size
