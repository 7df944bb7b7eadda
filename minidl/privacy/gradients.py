"""Gradients that no single row can move far: one for each row, clipped, summed, with noise."""

import math

from minidl.func import functional_call, grad, vmap
from minidl.ops.random import randn


def per_sample_gradients(model, loss_of, inputs, targets):
    """The gradient of each row's own loss.

    The rows go through the model one by one, so any model will do, and a batch norm would see a batch of one.

    Parameters
    ----------
    model : Module
    loss_of : callable
        From the outputs and targets of a batch of one to a loss.
    inputs, targets : Tensor, shape (N, ...)

    Returns
    -------
    dict of str to Tensor, shape (N, ...)
        By the names of the parameters.

    Examples
    --------
    >>> import minidl as md
    >>> model = md.nn.Linear(3, 2)
    >>> g = per_sample_gradients(model, md.nn.functional.cross_entropy, md.randn(5, 3), md.tensor([0, 1, 0, 1, 1]))
    >>> {name: tuple(value.shape) for name, value in g.items()}
    {'weight': (5, 2, 3), 'bias': (5, 2)}
    """
    parameters = {name: p.detach() for name, p in model.named_parameters()}

    def loss(parameters, x, y):
        return loss_of(functional_call(model, parameters, (x.unsqueeze(0),)), y.unsqueeze(0))

    return vmap(grad(loss), in_dims=(None, 0, 0), randomness="different")(parameters, inputs, targets)


def clip_per_sample(gradients, max_grad_norm):
    """Shorten each row's gradient, over all parameters together, to a norm of at most `max_grad_norm`.

    Parameters
    ----------
    gradients : dict of str to Tensor, shape (N, ...)
    max_grad_norm : float

    Returns
    -------
    dict of str to Tensor, shape (N, ...)

    Raises
    ------
    ValueError
        When `max_grad_norm` is not above 0, or there are no gradients.
    """
    if not max_grad_norm > 0:
        raise ValueError(f"max_grad_norm is the longest that a gradient may be, above 0, not {max_grad_norm}")
    if not gradients:
        raise ValueError("there are no gradients to clip: the model has no parameters that learn")
    squares = sum(g.square().reshape(len(g), math.prod(g.shape[1:])).sum(dim=1) for g in gradients.values())
    factor = (max_grad_norm / squares.sqrt().clamp(min=1e-12)).clamp(max=1)
    return {name: g * factor.reshape(-1, *[1] * (g.ndim - 1)) for name, g in gradients.items()}


def private_gradients(gradients, max_grad_norm, noise_multiplier, expected_batch_size):
    """The mean gradient of DP-SGD: each row clipped, noise added to the sum, divided by the expected size of a batch.

    Not divided by the number of rows that came: that number would tell whether somebody was among them.

    Parameters
    ----------
    gradients : dict of str to Tensor, shape (N, ...)
        One for each row of the batch; there may be none.
    max_grad_norm, noise_multiplier, expected_batch_size : float
        The noise has a standard deviation of ``noise_multiplier * max_grad_norm``.

    Returns
    -------
    dict of str to Tensor

    Raises
    ------
    ValueError
        When the noise would be below 0 or no number, or a batch is not expected to hold anything.

    References
    ----------
    Abadi et al. (2016), *Deep Learning with Differential Privacy*, algorithm 1.
    """
    if not 0 <= noise_multiplier * max_grad_norm < math.inf:
        raise ValueError(
            f"the noise is finite and not below 0, and with noise_multiplier {noise_multiplier} and max_grad_norm "
            f"{max_grad_norm} it would not be"
        )
    if not 0 < expected_batch_size < math.inf:
        raise ValueError(f"expected_batch_size is above 0, not {expected_batch_size}")
    clipped = clip_per_sample(gradients, max_grad_norm)
    std = noise_multiplier * max_grad_norm
    sums = {name: g.sum(dim=0) for name, g in clipped.items()}
    return {name: (g + std * randn(g.shape)) / expected_batch_size for name, g in sums.items()}
