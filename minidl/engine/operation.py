r"""From a rule on arrays to a recorded operation.

An *operation* is declared by one rule. A rule takes arrays and returns the result, followed by
one *pullback* (vector-Jacobian product, VJP) for each argument, in their order: a function that carries the
gradient of the result back to that argument. It is None for an argument that no gradient reaches, and those
at the end that are no tensors need none. Formulas for the reader stand beside it::

    @operation(formula=r"y = \tanh x", gradient=r"\bar x = \bar y \odot (1 - y^2)")
    def tanh(x):
        y = np.tanh(x)
        return y, lambda g: g * (1 - y * y)

While operations run on tensors that require a gradient, each leaves a :class:`Node`: what was
done, to which tensors, and the pullbacks. `minidl.engine.backward` reads them.
"""

from functools import wraps
from typing import Any

import numpy as np

from minidl.engine.calling import explained, parameters_of, tidy
from minidl.engine.dtypes import promote_all
from minidl.engine.grad_mode import clock, this_thread
from minidl.engine.inference import memory
from minidl.engine.registry import FUNCTIONS, REGISTRY, UFUNCS
from minidl.engine.saved import refuse_saved
from minidl.engine.tensor import Tensor
from minidl.engine.views import note_view
from minidl.errors import GraphError

NO_OPTIONS: dict = {}  # the keyword arguments of a node that has none


class Node:
    """One operation that ran: a point of the computation graph.

    Attributes
    ----------
    operation : function
        The operation, with `name`, `formula` and `gradient`.
    args, kwargs : tuple, dict
        What it was called with. The tensors among `args` are the edges to earlier nodes.
    pullbacks : tuple of functions, or function
        One for each argument, up to the last that wants a gradient; a single one is kept without a tuple, because Python's
        search for garbage visits every object of a long graph many times. Gone, like the arguments, once backward has used
        the node.
    serial : int
        Grows with time, so an input's number is always smaller than its user's.
    module_call : tuple or None
        The call of a module in which it ran: (the call around it, the module).
    hooks : list
        Functions that see, and may replace, the gradient of the output.
    before : Tensor
        What the tensor was before this node changed it in place; only there if it did.
    line : tuple
        File, number and function of the line that called it. Only there if `watch` looked on.
    """

    __slots__ = (
        "__weakref__",
        "args",
        "before",
        "hooks",
        "kwargs",
        "line",
        "module_call",
        "operation",
        "pullbacks",
        "serial",
    )
    args: tuple
    before: Tensor
    kwargs: dict | None
    operation: Any
    pullbacks: Any
    serial: int
    module_call: tuple | None
    hooks: list | None
    line: tuple

    def __repr__(self):
        return f"<Node {self.serial}: {self.operation.name}>"


def operation(
    rule=None,
    *,
    name=None,
    formula="",
    gradient="",
    numpy=None,
    array=None,
    promote=None,
    operands=None,
    broadcasts=False,
    linear=False,
    view=False,
    joint=False,
    composed=None,
    once_differentiable=False,
):
    r"""Turn a rule on arrays into an operation on tensors, and enter it in the registry.

    Parameters
    ----------
    rule : function
        Arrays in; out come the result and the pullbacks, as the module's docstring shows.
    name : str, optional
        Its name in graphs; that of the rule unless given.
    formula, gradient : str
        What it computes and how gradients pass, as LaTeX; a bar is a gradient.
    numpy : function or list of functions, optional
        NumPy's functions that are this operation when they meet a Tensor.
    array : function, optional
        Our own function on arrays (see `array_function`) that is this operation when it meets a Tensor. The rule
        calls it for its result, so that the same rule runs on arrays, fast, and on Tensors, recorded.
    promote : {None, "same", "float", "signed"}
        Bring the arguments to one dtype by PyTorch's rules; "float" turns integers into floats too, "signed" refuses
        booleans.
    operands : int, optional
        How many of the first arguments `promote` concerns; all unless given.
    broadcasts : bool
        The arguments are broadcast against each other. A pullback then gives a gradient of the shape of the result,
        and the engine sums out what broadcasting had repeated.
    linear : bool
        The pullbacks use no value of a tensor argument, only shapes.
    view : bool
        The result may share the memory of the first argument.
    joint : bool
        The rule returns one pullback for all arguments, ``pull(g, wanted) -> gradients``, because
        they share work; `wanted` says which are needed.
    composed : function, optional
        The same operation written with smaller ones. It gives the second derivative where the rule
        itself cannot run on Tensors, and the tests compare the two.
    once_differentiable : bool
        The gradient cannot be differentiated again; asking for it is refused by name.
    """
    if rule is None:
        return lambda rule: operation(
            rule,
            name=name,
            formula=formula,
            gradient=gradient,
            numpy=numpy,
            array=array,
            promote=promote,
            operands=operands,
            broadcasts=broadcasts,
            linear=linear,
            view=view,
            joint=joint,
            composed=composed,
            once_differentiable=once_differentiable,
        )

    name = name or rule.__name__.strip("_")
    if promote is not None and operands is None and {"dim", "axis"} & {*parameters_of(rule).positional}:
        raise ValueError(
            f"{name}: promote would make a tensor of its axis, too; operands=1 says that one tensor comes before it"
        )

    @wraps(rule)
    def apply(*args, **kwargs):
        if kwargs:
            args, kwargs = tidy(rule, args, kwargs, promote is not None and operands is None)
        arrays, numbers, wanted, dtype, alike = [], [], 0, None, True  # wanted: up to which argument gradients are
        for a in args:
            if isinstance(a, Tensor):
                if a._requires_grad:
                    wanted = len(arrays) + 1
                a = a.array
                if (own := a.dtype) is not dtype:
                    alike, dtype = alike and dtype is None, own
            elif type(a) is float or type(a) is int:
                numbers.append(len(arrays))
            else:
                alike = False
                if promote is not None and isinstance(a, np.ndarray) and (operands is None or len(arrays) < operands):
                    a = a.copy()  # its owner may change it before backward needs it
                    args = (*args[: len(arrays)], a, *args[len(arrays) + 1 :])
            arrays.append(a)
        state = this_thread.state
        try:
            if promote is not None:
                if not alike or dtype is None or dtype.kind != "f":
                    promote_all(arrays, promote, operands)
                else:  # the ordinary case: floats of one precision, and plain numbers
                    for i in numbers:
                        if operands is None or i < operands:
                            arrays[i] = np.asarray(arrays[i], dtype)  # NumPy is twice as fast with this as with the number
            result = rule(*arrays, **kwargs) if kwargs else rule(*arrays)
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            better = explained(name, promote, arrays, error)
            if better is error:
                raise
            raise better from error
        if type(result) is not tuple:
            _refuse_result(name, result, wanted)
        out = Tensor.wrap(result[0])
        if wanted and state.recording and out.array.dtype.kind == "f":
            if len(result) <= wanted and not (joint and len(result) == 2):
                _refuse_result(name, result, wanted)
            out._requires_grad = True
            out.node = node = Node()
            node.operation, node.args, node.kwargs = apply, args, kwargs or NO_OPTIONS
            # Behind the last argument that wants a gradient no pullback is kept, nor what it holds.
            node.pullbacks = result[1] if wanted == 1 or joint else result[1 : wanted + 1]
            node.serial, node.module_call, node.hooks = next(clock), state.module_call, None
            if memory.owners and not state.inference:
                refuse_saved(node)
        if view:
            note_view(out, args[0], apply, args[1:], kwargs)
        if state.observers:
            for observer in state.observers:
                observer.ran(apply, args, kwargs, arrays, out)
        return out

    vars(apply).update(
        name=name,
        rule=rule,
        formula=formula,
        gradient=gradient,
        broadcasts=broadcasts,
        linear=linear,
        view=view,
        joint=joint,
        composed=composed,
        promote=promote,
        operands=operands,
        once_differentiable=once_differentiable,
    )
    REGISTRY[name] = apply
    for function in numpy if isinstance(numpy, list) else [numpy] if numpy else []:
        (UFUNCS if isinstance(function, np.ufunc) else FUNCTIONS)[function] = apply
    if array is not None:
        FUNCTIONS[array] = apply
    return apply


def _refuse_result(name, result, wanted):
    """Say what is wrong with what a rule returned."""
    if type(result) is not tuple:
        raise GraphError(
            f"the rule of {name!r} returned {type(result).__name__} alone, and a rule returns a tuple: the result, and a "
            "pullback for each argument"
        )
    raise GraphError(
        f"the rule of {name!r} returned too few pullbacks ({len(result) - 1}), and argument {wanted} wants a gradient. "
        "After the result comes a pullback for each argument, in their order: None for one that no gradient reaches, or "
        "that is no tensor"
    )


def array_function(function):
    """A function on arrays that, given a Tensor, becomes the operation which names it as ``array=``.

    What NumPy's functions do by themselves (``np.tanh`` of a Tensor is the operation `tanh`), ours do by this
    decorator. A rule that calls it is written once for both.
    """

    @wraps(function)
    def on_arrays(*args, **kwargs):
        for a in args:
            if isinstance(a, Tensor):
                return FUNCTIONS[on_arrays](*args, **kwargs)
        return function(*args, **kwargs)

    return on_arrays
