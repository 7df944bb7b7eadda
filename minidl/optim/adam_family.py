r"""Relatives of Adam: other ways to use the mean of past gradients and their size."""

import math

import numpy as np

from minidl.optim.adam import moments
from minidl.optim.optimizer import Optimizer, implementation


class NAdam(Optimizer):
    r"""Adam that looks ahead along its momentum, as Nesterov's method does (Dozat 2016).

    .. math::
        \mu_t = \beta_1 (1 - \tfrac12\, 0.96^{t\psi}), \qquad
        \theta \leftarrow \theta - \eta \left(\frac{1 - \mu_t}{1 - \prod_{i \le t} \mu_i}\, g
        + \frac{\mu_{t+1}}{1 - \prod_{i \le t+1} \mu_i}\, m\right) / (\sqrt{\hat v} + \epsilon)

    Parameters
    ----------
    momentum_decay : float
        How fast the momentum approaches its full size, :math:`\psi`.
    decoupled_weight_decay : bool
        Shrink the weights directly, as `AdamW` does.
    """

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        momentum_decay=4e-3,
        decoupled_weight_decay=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ):
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
        }
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        beta1, beta2 = group["betas"]
        g = self.decayed(p, g, group)
        t, m, v = moments(g, state, group)
        mu, next_mu = (beta1 * (1 - 0.5 * 0.96 ** (k * group["momentum_decay"])) for k in (t, t + 1))
        state["mu_product"] = product = state.get("mu_product", 1.0) * mu
        size = np.sqrt(v / (1 - beta2**t)) + group["eps"]
        p -= group["lr"] * ((1 - mu) / (1 - product) * g + next_mu / (1 - product * next_mu) * m) / size


class RAdam(Optimizer):
    r"""Adam that does not trust the size of the gradients before it has seen enough of them (Liu et al. 2020).

    .. math::
        \rho_\infty = \frac{2}{1 - \beta_2} - 1, \qquad \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \qquad
        r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\rho_t}}

    The step is :math:`\eta\, \hat m\, r_t / \sqrt{\hat v}` where :math:`\rho_t > 5`, and :math:`\eta\, \hat m` before.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        decoupled_weight_decay=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ):
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        beta1, beta2 = group["betas"]
        t, m, v = moments(self.decayed(p, g, group), state, group)
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        step = group["lr"] / (1 - beta1**t) * m
        if rho > 5:
            r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            step *= r * math.sqrt(1 - beta2**t) / (np.sqrt(v) + group["eps"])
        p -= step


class Adamax(Optimizer):
    r"""Adam with the largest recent gradient in place of the root of the mean square (Kingma & Ba 2015, section 7.1).

    .. math::
        u \leftarrow \max(\beta_2 u, |g| + \epsilon), \qquad \theta \leftarrow \theta - \frac{\eta}{1 - \beta_1^t}\, m / u
    """

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        capturable=False,
    ):
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(p), exp_inf=np.zeros_like(p))
        g = self.decayed(p, g, group)
        (beta1, beta2), m, u = group["betas"], state["exp_avg"], state["exp_inf"]
        state["step"] += 1
        m += (1 - beta1) * (g - m)
        np.maximum(beta2 * u, np.abs(g) + group["eps"], out=u)
        p -= group["lr"] / (1 - beta1 ** state["step"]) * m / u
