r"""Relatives of Adam: other ways to use the mean of past gradients and their size."""

import math

import numpy as np

from minidl.optim.optimizer import Optimizer


def _means(g, state, group):
    """Move the means of the gradient and of its square; the count of steps."""
    if not state:
        state.update(step=0, exp_avg=np.zeros_like(g), exp_avg_sq=np.zeros_like(g))
    beta1, beta2 = group["betas"]
    state["step"] += 1
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += (1 - beta1) * (g - m)
    v *= beta2
    v += (1 - beta2) * (g * g)
    return state["step"], m, v


class NAdam(Optimizer):
    """Adam that looks ahead along its momentum, as Nesterov's method does (Dozat 2016).

    Parameters
    ----------
    momentum_decay : float
        How fast the momentum approaches its full size.
    decoupled_weight_decay : bool
        Shrink the weights directly, as `AdamW` does.
    """

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3,
        decoupled_weight_decay=False, *, maximize=False,
    ):  # fmt: skip
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
        })  # fmt: skip

    def update(self, p, g, state, group):
        """One step for one parameter."""
        g = self.decayed(p, g, group)
        t, m, v = _means(g, state, group)
        beta1, beta2 = group["betas"]
        now, later = (beta1 * (1 - 0.5 * 0.96 ** (k * group["momentum_decay"])) for k in (t, t + 1))
        state["mu_product"] = product = state.get("mu_product", 1.0) * now
        size = np.sqrt(v / (1 - beta2**t)) + group["eps"]
        p -= group["lr"] * (1 - now) / (1 - product) * (g / size)
        p -= group["lr"] * later / (1 - product * later) * (m / size)


class RAdam(Optimizer):
    """Adam that does not trust the size of the gradients before it has seen enough of them (Liu et al. 2020)."""

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        decoupled_weight_decay=False,
        *,
        maximize=False,
    ):
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
        })  # fmt: skip

    def update(self, p, g, state, group):
        """One step for one parameter."""
        t, m, v = _means(self.decayed(p, g, group), state, group)
        beta1, beta2 = group["betas"]
        step = group["lr"] / (1 - beta1**t) * m
        most = 2 / (1 - beta2) - 1
        seen = most - 2 * t * beta2**t / (1 - beta2**t)
        if seen > 5:
            trust = math.sqrt((seen - 4) * (seen - 2) * most / ((most - 4) * (most - 2) * seen))
            step *= trust * math.sqrt(1 - beta2**t) / (np.sqrt(v) + group["eps"])
        p -= step


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the root of the mean square (Kingma & Ba 2015, section 7.1)."""

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, *, maximize=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize})

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(p), exp_inf=np.zeros_like(p))
        g = self.decayed(p, g, group)
        beta1, beta2 = group["betas"]
        state["step"] += 1
        m = state["exp_avg"]
        m += (1 - beta1) * (g - m)
        state["exp_inf"] = largest = np.maximum(beta2 * state["exp_inf"], np.abs(g) + group["eps"])
        p -= group["lr"] / (1 - beta1 ** state["step"]) * (m / largest)
