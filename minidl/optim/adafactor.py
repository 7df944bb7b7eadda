r"""Adafactor: Adam's step sizes, remembered by row and by column."""

import numpy as np

from minidl.optim.optimizer import Optimizer, implementation


class Adafactor(Optimizer):
    r"""Divide by the size of past gradients, of which only the means of rows and columns are remembered.

    A matrix of n by m needs n + m numbers instead of n m.

    Parameters
    ----------
    params : iterable of Tensor or dict
    lr : float
        At most; and never more than the root of 1 / t at step t.
    beta2_decay : float
        The means keep the share :math:`1 - t^{\text{beta2\_decay}}`.
    eps : (float or None, float)
        Added to the squared gradient (the eps of the dtype, unless given); the least size of a weight that steps follow.
    d : float
        Steps longer than that are made shorter.
    weight_decay : float
        Shrinks the weights directly.

    References
    ----------
    Shazeer & Stern (2018), *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*.
    """

    def __init__(
        self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, foreach=None, maximize=False
    ):
        if d < 1:
            raise ValueError(f"d is how long a step may be at most, at least 1, and is {d}")
        settings = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, settings | implementation(foreach=foreach))

    def update(self, p, g, state, group):
        """One step for one parameter."""
        if not state:
            state["step"] = 0
            if p.ndim > 1:
                state.update(row_var=np.zeros_like(g[..., :1]), col_var=np.zeros_like(g[..., :1, :]))
            else:
                state["variance"] = np.zeros_like(g)
        state["step"] = t = state["step"] + 1
        g = -g if group["maximize"] else g
        eps1 = np.finfo(p.dtype).eps if group["eps"][0] is None else group["eps"][0]
        share = t ** group["beta2_decay"]
        rho = min(group["lr"], t**-0.5)
        alpha = max(group["eps"][1], float(np.linalg.norm(p)) / p.size**0.5) * rho
        p *= 1 - group["lr"] * group["weight_decay"]
        if p.ndim > 1:
            rows, columns = state["row_var"], state["col_var"]
            rows += share * ((g * g).mean(-1, keepdims=True) - rows)
            columns += share * ((g * g).mean(-2, keepdims=True) - columns)
            variance = rows @ columns / np.maximum(rows.mean(-2, keepdims=True), eps1)
        else:
            variance = state["variance"]
            variance += share * (g * g - variance)
        step = g / np.sqrt(np.maximum(variance, eps1 * eps1))
        p -= alpha / max(1.0, float(np.linalg.norm(step)) / (p.size**0.5 * group["d"])) * step
