r"""Stochastic gradient descent."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


class SGD(Optimizer):
    r"""Step against the gradient, with momentum if wanted.

    .. math:: v \leftarrow \mu v + (1 - \tau) g, \qquad \theta \leftarrow \theta - \eta v

    Parameters
    ----------
    params : iterable of Tensor or dict
    lr : float
        The learning rate :math:`\eta`.
    momentum : float
        The share :math:`\mu` of the last direction that is kept.
    dampening : float
        The share :math:`\tau` by which a new gradient is weakened.
    weight_decay : float
        Adds this times the weight to the gradient.
    nesterov : bool
        Look ahead along the momentum before stepping.
    maximize : bool
        Climb instead of descending.
    foreach, differentiable, fused
        See `minidl.optim.optimizer.implementation`.

    References
    ----------
    Sutskever et al. (2013), *On the importance of initialization and momentum in deep learning*.

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor([1.0], requires_grad=True)
    >>> optimizer = md.optim.SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ):
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov's method needs a momentum, and no dampening")
        settings = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, settings | implementation(foreach=foreach, differentiable=differentiable, fused=fused))

    def update(self, p, g, state, group):
        """One step for one parameter."""
        mu = group["momentum"]
        g = self.decayed(p, g, group)
        if mu:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = np.array(g)
            else:
                v *= mu
                v += (1 - group["dampening"]) * g
            g = g + mu * v if group["nesterov"] else v
        p -= group["lr"] * g
