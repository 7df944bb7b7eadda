"""Operations with a backward pass of one's own: `torch.autograd.Function`."""

import math
from types import SimpleNamespace

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.grad_mode import clock, enable_grad, no_grad, this_thread
from minidl.engine.operation import NO_OPTIONS, Node
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, MinidlError


class Function:
    """An operation whose forward and backward are both written by hand, as static methods.

    ``forward(ctx, *args)`` computes; ``ctx.save_for_backward`` keeps tensors. ``backward(ctx, *gradients)`` takes the
    gradient of each result, and returns one for each argument of `forward` (None where there is none). What backward does
    is recorded where a second derivative is asked for. Use it with ``apply``.

    References
    ----------
    PyTorch's documentation, *Extending torch.autograd*.

    Examples
    --------
    >>> import minidl as md
    >>> class Cube(md.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x**2
    >>> x = md.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    @staticmethod
    def forward(ctx, *args):
        """Compute the result, a Tensor or a tuple of them."""
        raise MinidlError("a Function needs a static method forward(ctx, *args) that computes its result")

    @staticmethod
    def backward(ctx, *gradients):
        """The gradient of each argument of `forward`."""
        raise MinidlError("a Function needs a static method backward(ctx, *gradients) to pass a gradient back")

    @classmethod
    def apply(cls, *args):
        """Run `forward`, and record it."""
        ctx = Context(args)
        with no_grad():
            if hasattr(cls, "setup_context"):
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args)
        several = isinstance(result, tuple)
        outputs = [Tensor.wrap(t.array) if isinstance(t, Tensor) else t for t in (result if several else (result,))]
        if this_thread.state.recording and any(ctx.needs_input_grad):
            outputs = _recorded(cls, ctx, args, outputs, [id(t) for t in (result if several else (result,))])
        return tuple(outputs) if several else outputs[0]


class Context:
    """What `forward` hands to `backward`; any attribute may be set on it as well.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        For each argument of `forward`, whether a gradient is wanted.
    """

    def __init__(self, args):
        self.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        self._saved, self._time = (), 0
        self._without_gradient, self._zeros = set(), True

    def save_for_backward(self, *tensors):
        """Keep tensors for `backward`; that they are changed in place before is noticed."""
        self._saved, self._time = tensors, next(clock)

    @property
    def saved_tensors(self):
        """The tensors that were kept.

        Raises
        ------
        GraphError
            When one of them was changed in place since.
        """
        for tensor in self._saved:
            if isinstance(tensor, Tensor) and changes.since(tensor.array, self._time):
                raise GraphError(
                    f"a tensor of shape {tensor.shape} that a Function saved for its backward was changed in place since, "
                    "so the gradient would be wrong. Change a copy: x.clone()"
                )
        return self._saved

    def mark_non_differentiable(self, *tensors):
        """Say which results have no gradient."""
        self._without_gradient = {id(t) for t in tensors}

    def mark_dirty(self, *tensors):
        """Refused: a Function gives new tensors here."""
        raise GraphError("a Function of minidl gives new tensors, and cannot change its arguments in place (mark_dirty)")

    def set_materialize_grads(self, value):
        """Whether `backward` gets zeros, rather than None, for a result that was not used."""
        self._zeros = value


def _recorded(cls, ctx, args, outputs, ids):
    """The results with one node behind them: its result is all of them in a row, and each is cut out of that."""
    chosen = [k for k, t in enumerate(outputs) if isinstance(t, Tensor) and t.dtype.kind == "f"]
    chosen = [k for k in chosen if ids[k] not in ctx._without_gradient]
    if not chosen:
        return outputs
    shapes = [outputs[k].shape for k in chosen]
    used = [False] * len(outputs)

    def pull(g, wanted):
        ends = np.cumsum([math.prod(shape) for shape in shapes]).tolist()
        parts = [g[end - math.prod(shape) : end].reshape(shape) for shape, end in zip(shapes, ends, strict=True)]
        gradients: list = [None] * len(outputs)
        for k, part in zip(chosen, parts, strict=True):
            if used[k] or ctx._zeros:
                gradients[k] = part if isinstance(part, Tensor) else Tensor.wrap(np.array(part))
        with enable_grad() if isinstance(g, Tensor) else no_grad():
            found = cls.backward(ctx, *gradients)
        found = found if isinstance(found, tuple) else (found,)
        if len(found) < len(args) or any(extra is not None for extra in found[len(args) :]):
            raise GraphError(
                f"{cls.__name__}.backward returned {len(found)} gradients for the {len(args)} arguments of forward: it "
                "returns one for each, and None for those that have none"
            )
        keep = isinstance(g, Tensor)
        return [part if part is None or keep else part.array for part in found[: len(args)]]

    row = Tensor.wrap(np.concatenate([outputs[k].array.ravel() for k in chosen]))
    row.requires_grad, row.node = True, Node()
    node = row.node
    node.operation, node.args, node.kwargs, node.pullbacks = _as_operation(cls, pull), args, NO_OPTIONS, pull
    node.serial, node.module_call, node.hooks = next(clock), this_thread.state.module_call, None
    end = 0
    for k, shape in zip(chosen, shapes, strict=True):
        start, end = end, end + math.prod(shape)
        outputs[k] = row[start:end].reshape(shape)
        outputs[k].node.hooks = [lambda g, k=k: used.__setitem__(k, True)]
    return outputs


def _as_operation(cls, pull):
    """What the engine and the pictures ask of an operation, for a Function."""
    return SimpleNamespace(
        name=cls.__name__, rule=lambda *args: (None, pull), formula="", gradient="", broadcasts=False, linear=True,
        view=False, joint=True, composed=None, promote=None, operands=None, once_differentiable=False,
    )  # fmt: skip


def once_differentiable(backward):
    """Mark a `backward` whose result cannot be differentiated again."""

    def first_only(ctx, *gradients):
        if any(isinstance(g, Tensor) and g.requires_grad for g in gradients):
            raise GraphError("this Function has a first derivative and no second (once_differentiable)")
        with no_grad():
            return backward(ctx, *gradients)

    return first_only
