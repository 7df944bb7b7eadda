r"""Adam: every parameter gets a step size of its own."""

import math

import numpy as np

from minidl.optim.optimizer import Optimizer


class Adam(Optimizer):
    r"""Step along the mean of past gradients, divided by their size.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)

    where a hat divides by :math:`1 - \beta^t`, because both means start at 0.

    Parameters
    ----------
    params : iterable of Tensor or dict
    lr : float
        The learning rate :math:`\eta`.
    betas : (float, float)
        How much of the means of gradient and squared gradient is kept at each step.
    eps : float
        Keeps the division from exploding.
    weight_decay : float
        Adds this times the weight to the gradient.
    amsgrad : bool
        Divide by the largest mean so far (Reddi et al. 2018).
    maximize : bool
        Climb instead of descending.

    References
    ----------
    Kingma & Ba (2015), *Adam: A Method for Stochastic Optimization*.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, *, maximize=False):
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad, "maximize": maximize,
        })  # fmt: skip

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(p), exp_avg_sq=np.zeros_like(p))
        beta1, beta2 = group["betas"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        state["step"] = t = state["step"] + 1
        g = self.decayed(p, g, group)
        change = np.subtract(g, m, out=np.empty_like(p))  # one array for all that is computed on the way
        change *= 1 - beta1
        m += change
        np.multiply(g, g, out=change)
        change *= 1 - beta2
        v *= beta2
        v += change
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = v = np.maximum(v, state.get("max_exp_avg_sq", v))
        np.sqrt(v, out=change)
        change /= math.sqrt(1 - beta2**t)
        change += group["eps"]
        np.divide(m, change, out=change)
        change *= group["lr"] / (1 - beta1**t)
        p -= change


class AdamW(Adam):
    r"""Adam whose weight decay does not pass through the means: it shrinks the weights directly.

    .. math:: \theta \leftarrow (1 - \eta \lambda)\, \theta \quad \text{before each step of Adam}

    Parameters
    ----------
    weight_decay : float
        The share :math:`\lambda`; all else as in `Adam`.

    References
    ----------
    Loshchilov & Hutter (2019), *Decoupled Weight Decay Regularization*.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    def decayed(self, p, g, group):
        """The gradient as it is; the weights shrink."""
        return super().decayed(p, g, {**group, "decoupled_weight_decay": True})
