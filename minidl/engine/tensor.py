"""Tensor: a NumPy array that remembers how it was computed.

A Tensor holds its values (`array`), the gradient that `backward` left (`grad`), whether it wants
one (`requires_grad`) and the node that made it (`node`). What can be computed with it stands in
`minidl.ops`, whose `methods` module hangs the operations on this class.
"""

import math
import weakref
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from minidl.engine.changes import changes
from minidl.engine.conversion import as_array
from minidl.engine.devices import CPU, KINDS, check_device
from minidl.engine.dtypes import default, refuse_complex
from minidl.engine.grad_mode import clock
from minidl.engine.inference import refuse_gradient
from minidl.engine.printing import tensor_text
from minidl.engine.registry import FUNCTIONS, UFUNCS
from minidl.errors import DtypeError, GraphError, ShapeError

OLD_NAMES = {  # dtype -> how PyTorch's tensors of it were called
    "float32": "Float",
    "float64": "Double",
    "float16": "Half",
    "int64": "Long",
    "int32": "Int",
    "int16": "Short",
    "int8": "Char",
    "uint8": "Byte",
    "bool": "Bool",
}


class Size(tuple):
    """The sizes of the dimensions: a tuple that can tell how many elements there are.

    >>> Size((2, 3)).numel(), Size((2, 3)) + (4,)
    (6, (2, 3, 4))
    """

    __slots__ = ()

    def numel(self):
        """How many elements a tensor of this shape has."""
        return math.prod(self)


class Tensor:
    """A multi-dimensional array of numbers that gradients can flow to.

    Parameters
    ----------
    *data : int, or array_like
        Sizes, of a tensor filled with 0; or nested lists of numbers (which become floats, as in PyTorch), an ndarray
        (copied, and its dtype kept) or a Tensor (its values are copied). `minidl.tensor` keeps whole numbers whole.
    requires_grad : bool
        Whether `backward` should leave a gradient here.
    dtype : dtype, optional
        Floats from Python become float32 unless said otherwise; arrays keep their dtype.

    Attributes
    ----------
    array : ndarray
        The values. Reading it is always fine; to change values use the in-place methods
        (``x.add_(1)``, ``x[0] = 1``), which the engine notices.
    grad : Tensor or None
        The gradient that `backward` added up.
    requires_grad : bool
        Whether operations on this tensor are recorded.
    node : Node or None
        The operation that made it; None for a leaf.

    Raises
    ------
    DtypeError
        When an integer or boolean tensor is to require a gradient.

    Examples
    --------
    >>> import minidl as md
    >>> x = md.tensor([[1., 2.], [3., 4.]], requires_grad=True)
    >>> y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([[2., 4.],
            [6., 8.]])
    """

    __slots__ = ("__weakref__", "_grad", "_replaced", "_requires_grad", "_view", "_views", "array", "hooks", "node")
    # Three of these only some tensors have: `_view`, how it is a view of another one, and `_views`, its own views that are
    # still alive (views.py); `_replaced`, when its array was last exchanged by ``x.data = ...``.

    if TYPE_CHECKING:  # the operations that minidl.ops adds

        def __getitem__(self, index) -> Any: ...

        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __rtruediv__: Any
        __pow__: Any
        __matmul__: Any
        __neg__: Any

    def __init__(self, *data, requires_grad=False, dtype=None, device=None):
        check_device(device)
        self.array = _array_of(data, dtype)
        self._grad = self.node = self.hooks = None
        self._requires_grad = False
        if requires_grad:
            self.requires_grad_()

    @staticmethod
    def wrap(array):
        """A Tensor around an array, without copying: for the inside of the engine."""
        tensor = new(Tensor)
        tensor.array = array if type(array) is np.ndarray else np.asarray(array)
        tensor._grad = tensor.node = tensor.hooks = None
        tensor._requires_grad = False
        return tensor

    # What it is

    shape = property(lambda self: Size(self.array.shape), doc="Sizes of the dimensions, as a tuple.")
    dtype = property(lambda self: self.array.dtype, doc="The dtype of the elements.")
    ndim = property(lambda self: self.array.ndim, doc="How many dimensions there are.")
    is_leaf = property(lambda self: self.node is None, doc="Whether no recorded operation made it.")
    grad_fn = property(lambda self: self.node, doc="The node that made it (PyTorch's name for `node`).")
    device = property(lambda self: CPU, doc="Always the CPU.")
    itemsize = property(lambda self: self.array.itemsize, doc="Bytes of one element.")
    nbytes = property(lambda self: self.array.nbytes, doc="Bytes of all elements.")

    @property
    def data(self):
        """The same values without the graph: a tensor that shares this one's memory."""
        return Tensor.wrap(self.array)

    @data.setter
    def data(self, value):
        array = as_array(value)
        if array is not self.array:
            self.array, self._replaced = array, next(clock)
            changes.latest = self._replaced

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        return Size(self.array.shape) if dim is None else self.array.shape[dim]

    def dim(self):
        """How many dimensions there are."""
        return self.array.ndim

    def numel(self):
        """How many elements there are."""
        return self.array.size

    def element_size(self):
        """Bytes of one element."""
        return self.array.itemsize

    def stride(self, dim=None):
        """How many elements lie in memory from one to the next along each dimension."""
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        return strides if dim is None else strides[dim]

    def is_contiguous(self):
        """Whether the elements lie in memory in the order of their indices."""
        return self.array.flags.c_contiguous

    def is_floating_point(self):
        """Whether the elements are floats."""
        return self.array.dtype.kind == "f"

    def __len__(self):
        if self.array.ndim == 0:
            raise TypeError("a tensor without dimensions has no length; its value is tensor.item()")
        return len(self.array)

    def __iter__(self):
        if self.array.ndim == 0:
            raise TypeError("a tensor without dimensions cannot be iterated over; its value is tensor.item()")
        return (self[i] for i in range(len(self.array)))

    def __repr__(self):
        return tensor_text(self)

    def __format__(self, spec):
        return format(self.item(), spec) if spec else str(self)

    __hash__ = object.__hash__

    # Out to Python and NumPy

    def item(self):
        """The value of a tensor with one element, as a Python number."""
        if self.array.size != 1:
            raise ShapeError(
                f"item() gives one number, and this tensor of shape {self.shape} has {self.array.size}. "
                "For all of them there is x.tolist()"
            )
        return self.array.item()

    def tolist(self):
        """The values as nested lists of Python numbers."""
        return self.array.tolist()

    def numpy(self, *, force=False):
        """The values as an ndarray that shares the memory and cannot be written to; with `force`, of any tensor.

        (PyTorch's can be written to, which can make a gradient wrong without a sign: take
        ``x.numpy().copy()`` to change values.)

        Raises
        ------
        GraphError
            When the tensor requires a gradient, which NumPy would lose, unless `force` says that this is meant.
        """
        if self.requires_grad and not force:
            raise GraphError(
                "this tensor requires a gradient, and NumPy would not follow it. "
                "To look at its values, leave the graph first: x.detach().numpy()"
            )
        return read_only(self.array)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is not None and dtype != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __bool__(self):
        if self.array.size != 1:
            raise ShapeError(
                f"the truth of a tensor of shape {self.shape} is not one answer. "
                "Did you mean x.any(), x.all(), or minidl.equal(a, b) ?"
            )
        return bool(self.array)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.array.dtype.kind not in "iub" or self.array.size != 1:
            raise TypeError(f"only a tensor with one whole number can be an index, not {self.dtype} of shape {self.shape}")
        return int(self.array.item())

    # Gradients

    grad = property(
        attrgetter("_grad"),
        doc="""The gradient that `backward` added up; a Tensor of this shape and dtype, or None.

        Raises
        ------
        ShapeError
            When a tensor of another shape or dtype is assigned.
        TypeError
            When something else is.
        """,
    )

    @grad.setter
    def grad(self, value):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(f"the gradient of a tensor is a Tensor or None, not a {type(value).__name__}")
        if value is not None and (value.array.shape != self.array.shape or value.array.dtype != self.array.dtype):
            raise ShapeError(
                f"the gradient of a tensor of shape {self.shape} and dtype {self.dtype} has that shape and dtype, not "
                f"shape {value.shape} and dtype {value.dtype}"
            )
        self._grad = value

    requires_grad = property(
        attrgetter("_requires_grad"),
        doc="""Whether operations on this tensor are recorded; of a leaf this can be chosen.

        Raises
        ------
        GraphError
            When it is set of a tensor that an operation made.
        TypeError
            When something else than True or False is assigned.
        """,
    )

    @requires_grad.setter
    def requires_grad(self, value):
        if not isinstance(value, bool):
            raise TypeError(f"requires_grad is True or False, not {value!r}")
        if self.node is not None:
            raise GraphError(
                "requires_grad can only be set of a leaf, and this tensor was computed by "
                f"{self.node.operation.name!r}. " + ("It is True already." if value else "Did you mean x.detach() ?")
            )
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad=True):
        """Ask for a gradient (or stop asking); returns the tensor itself."""
        if requires_grad and self.array.dtype.kind != "f":
            raise DtypeError(
                f"only floating tensors can have a gradient, and this one is {self.dtype}: the slope of a step from one "
                "whole number to the next is not defined. Did you mean x.float() ?"
            )
        if not requires_grad and self.node is not None:
            raise GraphError("only a leaf can stop requiring a gradient. Did you mean x.detach() ?")
        if requires_grad:
            refuse_gradient(self)
        self._requires_grad = bool(requires_grad)
        return self

    def detach(self):
        """The same values outside the graph: a tensor that shares the memory and gets no gradient."""
        return Tensor.wrap(self.array)

    def detach_(self):
        """Leave the graph: forget the node that made it."""
        self.node, self._requires_grad = None, False
        return self

    def register_hook(self, hook):
        """Call ``hook(grad)`` whenever the gradient of this tensor is known; what it returns replaces it.

        Returns
        -------
        Hook
            Its ``remove()`` takes the hook away.
        """
        if not self.requires_grad:
            raise GraphError("a hook waits for a gradient, and this tensor requires none")
        owner = self if self.node is None else self.node
        owner.hooks = owner.hooks or []
        owner.hooks.append(hook)
        return Hook(owner.hooks, hook)

    def retain_grad(self):
        """Keep the gradient of this tensor in ``grad``, though it is not a leaf."""
        if self.node is not None and not any(isinstance(h, _Retain) for h in self.node.hooks or ()):
            self.register_hook(_Retain(self))
        elif not self.requires_grad:
            raise GraphError("retain_grad() on a tensor that requires no gradient")

    def zero_grad(self):
        """Forget the gradient."""
        self.grad = None

    # NumPy's protocols: NumPy's functions, called on tensors, are operations

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        out = kwargs.get("out")
        if out is not None and method == "__call__" and not any(isinstance(o, Tensor) for o in out):
            return ufunc(*(i.array if isinstance(i, Tensor) else i for i in inputs), **kwargs)
        if method != "__call__" or out is not None or ufunc not in UFUNCS:
            raise TypeError(_no_such(f"{ufunc.__name__}.{method}" if method != "__call__" else ufunc.__name__))
        return UFUNCS[ufunc](*inputs, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if function not in FUNCTIONS:
            raise TypeError(_no_such(function.__name__))
        return FUNCTIONS[function](*args, **kwargs)

    # Dtype and device

    def to(self, *args, dtype=None, device=None, copy=False, other=None, non_blocking=False, memory_format=None):
        """The tensor in another dtype; the CPU is accepted as a device, any other refused.

        ``x.to(dtype)``, ``x.to("cpu")``, ``x.to("cpu", dtype)`` and ``x.to(other_tensor)`` are understood;
        `non_blocking` and `memory_format` change nothing.

        Raises
        ------
        DeviceError
            For a device other than the CPU.
        """
        for a in (*args, other):
            if isinstance(a, Tensor):
                dtype = a.dtype
            elif isinstance(a, str) and a.partition(":")[0] in KINDS:
                device = a
            elif isinstance(a, bool):
                pass  # non_blocking, or copy, by its position: values are the same
            elif a is not None:
                dtype = a
        check_device(device)
        if dtype is None or np.dtype(dtype) == self.array.dtype:
            return self.clone() if copy else self
        refuse_complex(dtype)
        return self._cast(np.dtype(dtype))

    def type(self, dtype=None, non_blocking=False):
        """The tensor in another dtype; without one, the name of its kind as PyTorch writes it: 'torch.FloatTensor'."""
        return f"torch.{OLD_NAMES[self.array.dtype.name]}Tensor" if dtype is None else self.to(dtype)

    def astype(self, dtype):
        """The tensor in another dtype (NumPy's name of `to`)."""
        return self.to(dtype)

    def cpu(self):
        """The tensor itself: it is on the CPU."""
        return self

    def __deepcopy__(self, memo):
        if self.node is not None:
            raise GraphError("only a leaf can be copied deeply; a tensor inside a graph is copied with detach().clone()")
        copied = new(type(self))
        copied.array, copied._requires_grad = self.array.copy(), self.requires_grad
        copied.node = copied.hooks = None
        copied._grad = None if self.grad is None else Tensor.wrap(self.grad.array.copy())
        memo[id(self)] = copied
        return copied


def _array_of(data, dtype):
    """What PyTorch makes of the arguments of `Tensor`: numbers in a list become floats, bare whole numbers are sizes."""
    if dtype is None and all(type(n) is int for n in data):
        return np.zeros(data or (0,), default.dtype)
    if len(data) != 1:
        raise TypeError(f"Tensor() takes sizes, Tensor(2, 3), or one list or array of numbers, not {len(data)} things")
    (data,) = data
    if isinstance(data, Size):
        return np.zeros(data, dtype or default.dtype)
    array = as_array(data, dtype, copy=True)
    return array.astype(default.dtype) if dtype is None and isinstance(data, list | tuple) else array


new = Tensor.__new__


class Hook:
    """A registered hook; `remove` takes it away."""

    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        """Take the hook away."""
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)


class _Retain:
    """A hook that keeps the gradient of a tensor which is not a leaf."""

    keeps_gradient = True

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)

    def __call__(self, g):
        tensor = self.tensor()
        if tensor is not None:
            tensor.grad = g if tensor.grad is None else tensor.grad + g


def read_only(array):
    """A view of `array` that refuses to be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def _no_such(name):
    return (
        f"np.{name} is not an operation of minidl, so no gradient could follow it. Use a function of minidl "
        f"(see minidl.autograd.REGISTRY), or leave the graph first: x.detach().numpy()"
    )
