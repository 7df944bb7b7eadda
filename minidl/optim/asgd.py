r"""ASGD: the mean of all weights along the way."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


class ASGD(Optimizer):
    r"""SGD with a falling learning rate, which also keeps the mean of the weights from step `t0` on (``state[p]["ax"]``).

    .. math:: \eta_t = \eta / (1 + \lambda \eta t)^\alpha, \qquad \theta \leftarrow (1 - \lambda \eta_t)\, \theta - \eta_t g

    References
    ----------
    Polyak & Juditsky (1992), *Acceleration of stochastic approximation by averaging*.
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        lambd=1e-4,
        alpha=0.75,
        t0=1e6,
        weight_decay=0,
        foreach=None,
        maximize=False,
        differentiable=False,
        capturable=False,
    ):
        settings = {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, eta=group["lr"], mu=1.0, ax=np.zeros_like(p))
        state["step"] = t = state["step"] + 1
        g = self.decayed(p, g, group)
        p *= 1 - group["lambd"] * state["eta"]
        p -= state["eta"] * g
        if state["mu"] == 1:
            state["ax"] = p.copy()
        else:
            state["ax"] += state["mu"] * (p - state["ax"])
        state["eta"] = group["lr"] / (1 + group["lambd"] * group["lr"] * t) ** group["alpha"]
        state["mu"] = 1 / max(1, t - group["t0"])
