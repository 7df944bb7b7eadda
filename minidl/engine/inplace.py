"""Changes in place: ``h[0] = x``, ``h += y``, ``h.mul_(2)``, recorded in the graph like any other operation.

The change is computed by the ordinary operation, from what the tensor was and what is written into it; then the
values are put into its memory, and the tensor takes over the node of the result. That node remembers in `before`
what the tensor was, for those who used it earlier: their gradient goes there (`as_it_was` in saved.py). If the tensor
is a view, its base has changed too: the base gets a node that writes the new values into what it was, and all
its views ask for their nodes anew when they are next used (views.py).

Changes that no gradient could follow are refused: of a leaf that requires a gradient, of memory that stands for several
elements at once (`expand`), of a value that a pullback still needs (noticed in the backward pass).
Under `no_grad` values are written and nothing is recorded; this is how weights are updated.
"""

import numpy as np
from numpy.lib.array_utils import byte_bounds

from minidl.engine.calling import any_spelling
from minidl.engine.changes import changes
from minidl.engine.conversion import as_array, typed
from minidl.engine.dtypes import refuse_complex
from minidl.engine.grad_mode import this_thread
from minidl.engine.inference import refuse_change_outside
from minidl.engine.operation import operation
from minidl.engine.tensor import Tensor
from minidl.engine.views import make_views_stale, past_of, view_of
from minidl.errors import DtypeError, GraphError, ShapeError


def in_place(function, name=None):
    """The form of an operation that changes its first tensor: `mul` becomes ``x.mul_``."""
    name = f"{name or function.__name__}_"

    def method(self, *args, **kwargs):
        def compute(x):  # a tensor that is its own operand (x.mul_(x)) is read as it was
            return function(*[x if a is self else a for a in (self, *args)], **kwargs)

        return change(self, compute, f"{name}()", (*args, *kwargs.values()))

    method.__name__ = method.__qualname__ = name
    vars(method)["__wrapped__"] = function  # help() and editors then show the arguments of the operation
    method.__doc__ = f"`{name[:-1]}`, in place: changes the tensor itself, and returns it."
    return method


def change(tensor, compute, what, operands=(), keep_values=True, all_alike=False):
    """Give `tensor` the values of ``compute(tensor)``, in its own memory, and record that if a gradient flows.

    Parameters
    ----------
    tensor : Tensor
    compute : function
        From the tensor as it is now to a Tensor of the same shape.
    what : str
        The change, for errors.
    operands : tuple
        What else takes part; the change is recorded if a gradient flows to `tensor` or to one of these.
    keep_values : bool
        Whether `compute` may leave a pullback that needs the values of before.
    all_alike : bool
        Whether the new values are one and the same everywhere, so that elements may share memory.

    Returns
    -------
    Tensor
        `tensor` itself.

    Raises
    ------
    GraphError
        When no gradient could follow the change.
    ShapeError, DtypeError
        When the new values do not fit into the tensor.
    """
    tensors = [t for t in operands if isinstance(t, Tensor) and t is not tensor]
    recorded = this_thread.state.recording and (tensor.requires_grad or any(t.requires_grad for t in tensors))
    refuse_change(tensor, what, recorded, tensors, all_alike)
    past = past_of(tensor, tensor.array.copy() if recorded and keep_values else None)
    new = compute(past)
    _write(tensor, new.array, what)
    for observer in this_thread.state.observers:
        observer.changed(tensor, new)
    if new.requires_grad:
        _take_over(tensor, past, new)
    return tensor


def refuse_change(tensor, what, recorded, operands=(), all_alike=False):
    """Raise GraphError where values may not be changed in place; `all_alike` are those of a constant, written everywhere."""
    view = view_of(tensor)
    base = tensor if view is None else view.base
    if not tensor.array.flags.writeable or (_repeats_elements(tensor.array) and (recorded or not all_alike)):
        raise GraphError(f"{what} would change a tensor whose memory is read-only or shared by expand(); clone() it first")
    refuse_change_outside(tensor, what)
    for operand in operands:
        if _overlaps_in_part(tensor.array, operand.array):
            raise GraphError(
                f"{what} would read from the memory that it is writing into: the tensor and its operand are views that "
                "overlap. Use a copy of the operand: x.clone()"
            )
    if not recorded:
        return
    if base.requires_grad and base.node is None:
        raise GraphError(
            f"{what} would change {'a view of ' * (view is not None)}a leaf that requires a gradient in place, and its "
            "gradient would be lost.\nMake a new tensor (x = x + 1 instead of x += 1), or, to update weights, do it "
            "inside `with minidl.no_grad():`"
        )
    if view is not None and view.fixed:
        raise GraphError(f"{what} cannot be recorded on this view, because {view.fixed}. Change a copy: x.clone()")


def _repeats_elements(a):
    return 0 in a.strides and a.size > 0 and any(n > 1 and s == 0 for n, s in zip(a.shape, a.strides, strict=True))


def _places(a):
    """Where the elements of an array lie: from which address on, and how far apart in each dimension."""
    return a.ctypes.data, a.shape, [s for n, s in zip(a.shape, a.strides, strict=True) if n > 1]


def _overlaps_in_part(a, b):
    """Whether two arrays without gaps share memory, unless they show the same elements in the same order."""
    if not np.may_share_memory(a, b) or _places(a) == _places(b):
        return False
    return all(high - low == x.nbytes for x in (a, b) for low, high in [byte_bounds(x)])


def _write(tensor, values, what):
    """Put values into the memory of a tensor, and note when."""
    if values.shape != tensor.shape:
        raise ShapeError(
            f"{what} gives shape {values.shape}, which does not fit into the tensor of shape {tensor.shape}: "
            "what is changed in place is not broadcast"
        )
    if (values.dtype.kind == "f" and tensor.dtype.kind != "f") or (values.dtype.kind != "b" and tensor.dtype.kind == "b"):
        raise DtypeError(
            f"{what} gives {values.dtype}, which does not fit into a tensor of {tensor.dtype}. "
            f"Make a new tensor (x = x + 1, not x += 1), or change the dtype first: x = x.to(minidl.{values.dtype})"
        )
    changes.mark(tensor.array)
    tensor.array[...] = values


def _take_over(tensor, past, new):
    """Give the tensor the node of its new values; what it was stays reachable for those who used it before."""
    new.node.before = past
    view = view_of(tensor)
    if view is None:
        become(tensor, past, new)
        make_views_stale(tensor)
        return
    base_past = past_of(view.base)
    new_base = _write_into_view(base_past, new, view=view)
    new_base.node.before = base_past
    become(view.base, base_past, new_base)
    make_views_stale(view.base)


def become(tensor, past, new):
    """From now on `tensor` is what `new` is; that its gradient is kept (`retain_grad`) stays so."""
    kept = [hook for hook in (past.node.hooks if past.node else None) or () if getattr(hook, "keeps_gradient", False)]
    tensor.node, tensor._requires_grad = new.node, True
    for hook in kept:
        past.node.hooks.remove(hook)
        tensor.register_hook(hook)


@operation(
    name="write_into_view",
    formula=r"y = x \text{ with } v \text{ in one of its views}",
    gradient=r"\bar x = \bar y \text{ outside of the view},\quad \bar v = \bar y \text{ in the view}",
    linear=True,
)
def _write_into_view(base, values, view):
    """The base of a view after values were written into it: they are there already, shared with the view."""

    def to_base(g):
        return np.where(view.outside(), g, np.zeros_like(g))

    return base, to_base, lambda g: view.of(g)


# ---------------------------------------------------------------- values that replace what was there


@operation(
    name="overwrite",
    formula="y = v",
    gradient=r"\bar x = 0,\quad \bar v = \bar y",
    linear=True,
    broadcasts=True,
)
def overwrite(x, value):
    """The tensor `x` after every element was replaced by `value`."""
    return np.broadcast_to(value, x.shape).astype(x.dtype), lambda g: np.zeros_like(g), lambda g: g


@any_spelling
def copy_(self, src, non_blocking=False):
    """Take over the values of `src`, broadcast to this shape and brought to this dtype.

    Raises
    ------
    ShapeError
        When `src` cannot be broadcast to this shape.
    """
    if src is self:
        refuse_change(self, "copy_()", this_thread.state.recording and self.requires_grad)
        return self
    source = src if isinstance(src, Tensor) else Tensor.wrap(as_array(src, copy=True))
    try:
        fits = np.broadcast_shapes(self.shape, source.shape) == self.shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(f"copy_(): values of shape {source.shape} do not fit into shape {self.shape}")
    return change(self, lambda x: overwrite(x, source), "copy_()", (source,), keep_values=False)


def fill_(self, value):
    """Set every element to `value`, a number or a tensor with one element."""
    if isinstance(value, complex):
        refuse_complex(type(value))
    if isinstance(value, Tensor) and value.ndim:
        raise ShapeError(f"fill_() takes one number, not a tensor of shape {value.shape}. Did you mean copy_() ?")
    if not isinstance(value, Tensor):
        value = Tensor.wrap(typed(value, self.dtype).astype(self.dtype))
    return change(self, lambda x: overwrite(x, value), "fill_()", (value,), keep_values=False, all_alike=True)


def zero_(self):
    """Set every element to 0."""
    return fill_(self, 0)


def assign(self, values, what):
    """Put an array of fresh values (random ones, say) into the memory of a tensor; no gradient flows from them."""
    return change(self, lambda x: overwrite(x, values), what, keep_values=False)


Tensor.copy_ = copy_
Tensor.fill_ = fill_
Tensor.zero_ = zero_
Tensor.assign = assign
