r"""Step sizes that follow the size of past gradients, without momentum of their own."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


class Adagrad(Optimizer):
    r"""Divide by the root of the sum of all squared gradients (Duchi et al. 2011).

    .. math:: s \leftarrow s + g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt s + \epsilon)
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0,
        weight_decay=0,
        initial_accumulator_value=0,
        eps=1e-10,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        fused=None,
    ):
        settings = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, settings | implementation(foreach=foreach, differentiable=differentiable, fused=fused))

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, sum=np.full_like(p, group["initial_accumulator_value"]))
        g = self.decayed(p, g, group)
        lr = group["lr"] / (1 + state["step"] * group["lr_decay"])
        state["step"] += 1
        state["sum"] += g * g
        p -= lr * g / (np.sqrt(state["sum"]) + group["eps"])


class RMSprop(Optimizer):
    r"""Divide by the root of a running mean of squared gradients (Tieleman & Hinton 2012).

    .. math:: s \leftarrow \alpha s + (1 - \alpha) g^2, \qquad \theta \leftarrow \theta - \eta\, g / (\sqrt s + \epsilon)

    Parameters
    ----------
    alpha : float
        How much of the mean is kept at each step.
    momentum : float
    centered : bool
        Subtract the squared mean of the gradients, so that their variance is divided by.
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        settings = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, square_avg=np.zeros_like(p))
            if group["momentum"]:
                state["momentum_buffer"] = np.zeros_like(p)
            if group["centered"]:
                state["grad_avg"] = np.zeros_like(p)
        state["step"] += 1
        g, alpha, s = self.decayed(p, g, group), group["alpha"], state["square_avg"]
        s += (1 - alpha) * (g * g - s)
        if group["centered"]:
            state["grad_avg"] += (1 - alpha) * (g - state["grad_avg"])
            s = s - state["grad_avg"] ** 2
        step = g / (np.sqrt(s) + group["eps"])
        if group["momentum"]:
            v = state["momentum_buffer"]
            v *= group["momentum"]
            v += step
            step = v
        p -= group["lr"] * step


class Adadelta(Optimizer):
    r"""Choose the step size from the sizes of past steps and past gradients (Zeiler 2012).

    .. math:: \Delta = \sqrt{d + \epsilon} / \sqrt{s + \epsilon} \; g, \qquad \theta \leftarrow \theta - \eta \Delta

    where s and d are running means of squared gradients and of squared steps.
    """

    def __init__(
        self,
        params,
        lr=1.0,
        rho=0.9,
        eps=1e-6,
        weight_decay=0,
        foreach=None,
        *,
        capturable=False,
        maximize=False,
        differentiable=False,
    ):
        settings = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(
            params, settings | implementation(foreach=foreach, capturable=capturable, differentiable=differentiable)
        )

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state.update(step=0, square_avg=np.zeros_like(p), acc_delta=np.zeros_like(p))
        state["step"] += 1
        g, rho, eps = self.decayed(p, g, group), group["rho"], group["eps"]
        s, d = state["square_avg"], state["acc_delta"]
        s += (1 - rho) * (g * g - s)
        step = np.sqrt(d + eps) / np.sqrt(s + eps) * g
        d += (1 - rho) * (step * step - d)
        p -= group["lr"] * step
