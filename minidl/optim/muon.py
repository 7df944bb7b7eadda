r"""Muon: steps in which all directions of a weight matrix count alike."""

import math

import numpy as np

from minidl.errors import ShapeError
from minidl.optim.optimizer import Optimizer


def bfloat16(x):
    """Numbers rounded to 8 significant bits, as PyTorch's bfloat16 keeps them."""
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    bits = bits + (np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1)))
    return (bits & np.uint32(0xFFFF0000)).view(np.float32)


class Muon(Optimizer):
    r"""Step along the momentum, made orthogonal: its singular values are all brought near to 1.

    Parameters
    ----------
    params : iterable of Tensor, each a matrix
        Biases and embeddings belong to another optimiser, such as `AdamW`.
    lr : float
    weight_decay : float
        Shrinks the weights directly.
    momentum : float
    nesterov : bool
    ns_coefficients : (float, float, float)
        Those of the polynomial that is iterated (Newton and Schulz).
    eps : float
    ns_steps : int
        How often it is iterated.
    adjust_lr_fn : {None, "original", "match_rms_adamw"}
        How the step follows the shape of the matrix.

    Raises
    ------
    ShapeError
        For a parameter that is not a matrix.

    References
    ----------
    Jordan et al. (2024), *Muon: An optimizer for hidden layers in neural networks*.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        weight_decay=0.1,
        momentum=0.95,
        nesterov=True,
        ns_coefficients=(3.4445, -4.775, 2.0315),
        eps=1e-7,
        ns_steps=5,
        adjust_lr_fn=None,
    ):
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f'adjust_lr_fn must be None, "original" or "match_rms_adamw", not {adjust_lr_fn!r}')
        settings = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, settings)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ShapeError(f"Muon is for matrices, and a parameter has shape {p.shape}: give that one to AdamW")

    def update(self, p, g, state, group):
        """One step for one matrix."""
        if not state:
            state["momentum_buffer"] = np.zeros_like(p)
        v, mu = state["momentum_buffer"], group["momentum"]
        v += (1 - mu) * (g - v)
        step = g + mu * (v - g) if group["nesterov"] else v
        rows, columns = p.shape
        if group["adjust_lr_fn"] == "match_rms_adamw":
            ratio = 0.2 * math.sqrt(max(rows, columns))
        else:
            ratio = math.sqrt(max(1, rows / columns))
        step = self._orthogonal(step, group["ns_coefficients"], group["ns_steps"], group["eps"])
        p *= 1 - group["lr"] * group["weight_decay"]
        p -= group["lr"] * ratio * step.astype(p.dtype)

    @staticmethod
    def _orthogonal(x, coefficients, steps, eps):
        """Iterate ``a x + (b A + c A²) x`` with ``A = x xᵀ``, in the precision of bfloat16."""
        a, b, c = coefficients
        tall = x.shape[0] > x.shape[1]
        x = bfloat16(x.T if tall else x)
        x = bfloat16(x / max(float(bfloat16(np.linalg.norm(x).reshape(1))[0]), eps))
        for _ in range(steps):
            gram = bfloat16(x @ x.T)
            x = bfloat16(a * x + bfloat16(b * gram + c * (gram @ gram)) @ x)
        return x.T if tall else x
