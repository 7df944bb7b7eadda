r"""Compare a gradient with finite differences: is what `backward` finds really the slope?

The slope of a function along one input element is, nearly, the change of its output when the
element is moved a little to either side:

.. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + \epsilon e_i) - f(x - \epsilon e_i)}{2 \epsilon}
"""

import numpy as np

from minidl.engine.backward import grad
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, MinidlError


class GradientError(MinidlError, AssertionError):
    """A gradient that is not the slope; the message says where and by how much."""


def gradcheck(function, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Check the gradients of a function against finite differences.

    Parameters
    ----------
    function : callable
        Takes the inputs, returns a Tensor or a tuple of Tensors.
    inputs : Tensor or sequence of Tensor
        In float64. Those that require a gradient are checked, element by element.
    eps : float
        How far each element is moved.
    atol, rtol : float
        A gradient may differ by ``atol + rtol * |slope|``.
    raise_exception : bool
        Whether to raise, or to return False, when they differ.

    Returns
    -------
    bool
        True when all agree.

    Raises
    ------
    GradientError
        It names the input, the element, both numbers, and a likely reason.
    DtypeError
        When an input is not float64: float32 is too coarse for differences this small.

    Examples
    --------
    >>> import minidl as md
    >>> x = md.tensor([0.5, 2.0], dtype=md.float64, requires_grad=True)
    >>> gradcheck(lambda x: (x * x).sum(), x)
    True
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise MinidlError("none of the inputs requires a gradient, so there is nothing to check")
    for i in checked:
        if inputs[i].dtype != np.float64:
            raise DtypeError(f"gradcheck needs float64, and input {i} is {inputs[i].dtype}. Did you mean x.double() ?")
    try:
        outputs = _outputs(function(*inputs))
        for number, output in enumerate(outputs):
            if output.requires_grad:
                _check_output(function, inputs, checked, number, output, eps, atol, rtol)
    except GradientError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(function, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Check the second derivatives of a function: the gradient of its gradient, by `gradcheck`.

    Examples
    --------
    >>> import minidl as md
    >>> x = md.tensor([0.5, 2.0], dtype=md.float64, requires_grad=True)
    >>> gradgradcheck(lambda x: (x**3).sum(), x)
    True
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    wanted = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    rng = np.random.default_rng(0)
    with no_grad():
        seeds = [rng.standard_normal(o.shape) for o in _outputs(function(*inputs))]

    def gradients(*inputs):
        chosen = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
        outputs = _outputs(function(*inputs))
        pairs = [(o, Tensor(s)) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
        found = grad([o for o, _ in pairs], chosen, [s for _, s in pairs], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.requires_grad) or (sum(x.sum() for x in chosen) * 0,)

    return gradcheck(gradients, inputs, eps, atol, rtol, raise_exception) if wanted else True


def _outputs(result):
    return list(result) if isinstance(result, tuple | list) else [result]


def _check_output(function, inputs, checked, number, output, eps, atol, rtol):
    """Check the whole Jacobian of one output: a random mix of its elements cannot hide a mistake for long."""
    rng = np.random.default_rng(number)
    mix = rng.uniform(0.5, 1.5, output.shape)
    found = grad(output, [inputs[i] for i in checked], Tensor(mix), retain_graph=True, allow_unused=True)
    for i, g in zip(checked, found, strict=True):
        analytic = np.zeros(inputs[i].shape) if g is None else g.array
        numeric = _slopes(function, inputs, i, number, mix, eps)
        wrong = ~(np.abs(analytic - numeric) <= atol + rtol * np.abs(numeric))
        if wrong.any():
            raise GradientError(_report(i, number, analytic, numeric, wrong))


def _slopes(function, inputs, i, number, mix, eps):
    """The finite differences of the mixed output along each element of input `i`."""
    slopes = np.zeros(inputs[i].shape)
    values = inputs[i].array.copy()
    for place in np.ndindex(values.shape):
        ends = []
        for step in (eps, -eps):
            moved = values.copy()
            moved[place] += step
            trial = Tensor(moved, requires_grad=True)
            output = _outputs(function(*inputs[:i], trial, *inputs[i + 1 :]))[number]
            ends.append((output.array * mix).sum())
        slopes[place] = (ends[0] - ends[1]) / (2 * eps)
    return slopes


def _report(i, number, analytic, numeric, wrong):
    place = tuple(int(n) for n in np.unravel_index(np.argmax(np.where(wrong, np.abs(analytic - numeric), -1)), wrong.shape))
    return (
        f"the gradient of output {number} with respect to input {i} is wrong in {wrong.sum()} of {wrong.size} elements\n"
        f"    worst at {place}: backward gives {analytic[place]:.6g}, finite differences give {numeric[place]:.6g}\n"
        f"    likely: {_reason(analytic, numeric, wrong)}"
    )


def _reason(analytic, numeric, wrong):
    """What usually makes a gradient wrong in this way."""
    a, n = analytic[wrong], numeric[wrong]
    if not np.isfinite(a).all():
        return "the gradient is not finite; is a division by zero or a root or logarithm at 0 involved?"
    if np.allclose(a, -n, rtol=1e-3, atol=1e-6):
        return "the sign is wrong"
    if np.allclose(a, 0, atol=1e-12):
        return "no gradient arrives: was the input detached, or its pullback forgotten?"
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / n
    if np.isfinite(ratio).all() and np.ptp(ratio) < 1e-3 * np.abs(ratio).max():
        return f"it is {ratio.mean():.4g} times too large: a factor, a mean, or an accumulation at a fork?"
    if (
        analytic.ndim == 2
        and analytic.shape[0] == analytic.shape[1]
        and np.allclose(analytic, numeric.T, rtol=1e-3, atol=1e-6)
    ):
        return "it is transposed"
    return "a mistake in the pullback, or the function has a corner there or is random"
