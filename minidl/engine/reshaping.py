"""Changes of the shape in place: ``x.unsqueeze_(0)``, ``x.t_()``. The values stay where they are.

The tensor as it was is replaced by a stand-in, which takes over its node and its views; the tensor itself becomes a view
of the stand-in. So whatever used it earlier, or is a view of it, still finds what it was.
"""

from functools import wraps

from minidl.engine.grad_mode import recorded_if, this_thread
from minidl.engine.inplace import become
from minidl.engine.views import past_of, view_of
from minidl.errors import GraphError


def reshaped_in_place(function):
    """The form of an operation on shapes that changes its tensor: `unsqueeze` becomes ``x.unsqueeze_``."""
    name = f"{function.__name__}_"

    @wraps(function)
    def method(self, *args, **kwargs):
        if self.requires_grad and self.node is None:
            return _reshape_leaf(self, function(self.detach(), *args, **kwargs), name)
        past = past_of(self)
        _hand_over_views(self, past)
        with recorded_if(True):  # a node whose shape is not its tensor's could not be passed a gradient
            _turn_into(self, past, function(past, *args, **kwargs))
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name[:-1]}`, in place: changes the shape of the tensor itself, and returns it."
    return method


def _reshape_leaf(tensor, turned, name):
    if this_thread.state.recording:
        raise GraphError(
            f"{name}() would change a leaf that requires a gradient, and its gradient would be lost. "
            f"Make a new tensor: y = x.{name[:-1]}(...)"
        )
    tensor.data = turned
    return tensor


def _hand_over_views(tensor, past):
    """Let the views of `tensor` be views of its stand-in, and the stand-in the view that `tensor` was."""
    outer = view_of(tensor)
    if outer is not None:
        past._view = outer
        return
    past._views = getattr(tensor, "_views", None)
    tensor._views = None
    for view in past._views or ():
        view._view.base = past


def _turn_into(tensor, past, turned):
    """Let `tensor` be what `turned`, made of its stand-in `past`, is."""
    if turned is past:  # there was nothing to change
        turned = past.view(past.shape)
    view = view_of(turned)
    tensor.data = turned
    if view is not None:
        tensor._view = view
        view.base._views.add(tensor)
    if turned.requires_grad:
        turned.node.before = past
        become(tensor, past, turned)
