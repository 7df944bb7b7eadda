r"""Adam: every parameter gets a step size of its own."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


def moments(g, state, group):
    r"""Update the first and second moment: moving averages of the gradient, m, and of its square, v. Returns t, m and v,
    where t counts the steps."""
    if not state:
        state.update(step=0, exp_avg=np.zeros_like(g), exp_avg_sq=np.zeros_like(g))
    (beta1, beta2), m, v = group["betas"], state["exp_avg"], state["exp_avg_sq"]
    state["step"] += 1
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    return state["step"], m, v


class Adam(Optimizer):
    r"""Step along the moving average of the gradients (first moment), divided by their root mean square (second moment).

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)

    where :math:`\hat m = m / (1 - \beta_1^t)` and :math:`\hat v = v / (1 - \beta_2^t)` correct the bias: both averages
    start at 0, and after few steps are too small.

    Parameters
    ----------
    params : iterable of Tensor or dict
    lr : float
        The learning rate :math:`\eta`.
    betas : (float, float)
        How much of each moving average, of the gradient and of its square, is kept at a step.
    eps : float
        Keeps the division from exploding.
    weight_decay : float
        Adds this times the weight to the gradient.
    amsgrad : bool
        Divide by the largest second moment so far (Reddi et al. 2018).
    foreach, capturable, differentiable, fused
        See `minidl.optim.optimizer.implementation`.
    maximize : bool
        Climb instead of descending.
    decoupled_weight_decay : bool
        Shrink the weights directly, as `AdamW` does.

    References
    ----------
    Kingma & Ba (2015), *Adam: A Method for Stochastic Optimization*.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
        fused=None,
        decoupled_weight_decay=False,
    ):
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(
            params,
            settings
            | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused)
            | {"decoupled_weight_decay": decoupled_weight_decay},
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        beta1, beta2 = group["betas"]
        t, m, v = moments(self.decayed(p, g, group), state, group)
        if group["amsgrad"]:
            largest = state.setdefault("max_exp_avg_sq", np.zeros_like(v))
            v = np.maximum(v, largest, out=largest)
        denominator = np.sqrt(v / (1 - beta2**t)) + group["eps"]
        p -= group["lr"] / (1 - beta1**t) * m / denominator


class AdamW(Adam):
    r"""Adam whose weight decay does not pass through the moments: it shrinks the weights directly.

    .. math:: \theta \leftarrow (1 - \eta \lambda)\, \theta \quad \text{before each step of Adam}

    Parameters
    ----------
    weight_decay : float
        :math:`\lambda`: each step takes the share :math:`\eta \lambda` of a weight away. All else as in `Adam`.

    References
    ----------
    Loshchilov & Hutter (2019), *Decoupled Weight Decay Regularization*.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
        foreach=None,
        capturable=False,
        differentiable=False,
        fused=None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )


class SparseAdam(Optimizer):
    """Refused: it is for sparse gradients, and minidl's are dense."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        raise NotImplementedError("SparseAdam is for sparse gradients, and the gradients of minidl are dense: use Adam")
