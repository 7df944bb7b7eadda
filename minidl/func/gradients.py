"""Gradients of functions, and products with their Jacobians."""

from functools import wraps

from minidl.autograd.products import jacobian_product, or_zeros, pulled_back
from minidl.engine.grad_mode import this_thread
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, ShapeError
from minidl.func.level import Level, chosen, only_tensors, replaced, split_aux
from minidl.func.trees import leaves, shape_of, with_leaves


def grad(func, argnums=0, has_aux=False):
    """The gradient of a function, as a function of the same arguments.

    Parameters
    ----------
    func : callable
        Returns a tensor with one number, of shape ().
    argnums : int or tuple of int
        The arguments to differentiate with respect to. Each may be a tensor, or tensors in dicts, lists and tuples.
    has_aux : bool
        The function returns a pair, (result, aux); aux is handed on.

    Returns
    -------
    callable
        It returns the gradient in the form of the argument, a tuple of them if `argnums` is one; with `has_aux` a pair
        of that and aux.

    Examples
    --------
    >>> import minidl as md
    >>> slope = md.func.grad(md.sin)
    >>> bend = md.func.grad(slope)
    >>> slope(md.tensor(0.0)), bend(md.tensor(1.0))
    (tensor(1.), tensor(-0.8415))
    """
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def gradient(*args, **kwargs):
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return gradient


def grad_and_value(func, argnums=0, has_aux=False):
    """The gradient of a function and its value, together: see `grad`.

    Returns
    -------
    callable
        It returns (gradient, value), or (gradient, (value, aux)) with `has_aux`.
    """

    @wraps(func)
    def both(*args, **kwargs):
        level = Level()
        wanted, places = chosen(args, argnums)
        wanted = level.track(wanted)
        value, aux = split_aux(level.run(func, *replaced(args, places, wanted), **kwargs), has_aux, "grad")
        if not isinstance(value, Tensor):
            raise TypeError(f"grad: the function must return a tensor, and returned a {type(value).__name__}")
        if value.ndim:
            raise ShapeError(
                f"grad: the function must return one number, of shape (), and returned shape {value.shape}. "
                "For several numbers there are vjp and jacrev"
            )
        found = _pulled(level, [value], leaves(wanted), [None], retain_graph=None)
        gradients = with_leaves(wanted, found)
        value = level.released(value)
        return gradients[0] if isinstance(argnums, int) else gradients, (value, level.released(aux)) if has_aux else value

    return both


def _pulled(level, outputs, inputs, cotangents, retain_graph, create_graph=None):
    """The gradients of inputs, with a graph for those outside if they can follow."""
    followed = level.followed([*outputs, *(u for u in cotangents if u is not None)])
    create_graph = followed and this_thread.state.recording if create_graph is None else create_graph
    found = pulled_back(outputs, inputs, cotangents, create_graph, retain_graph)
    return level.released(or_zeros(found, inputs))


def vjp(func, *primals, has_aux=False):
    r"""The value of a function, and its vector-Jacobian product as a function.

    Parameters
    ----------
    func : callable
        Returns tensors, in dicts, lists or tuples.
    *primals
        Its arguments: tensors, in dicts, lists or tuples.
    has_aux : bool
        The function returns a pair, (result, aux); aux is the third of what is returned.

    Returns
    -------
    (result, callable)
        The callable takes :math:`u` in the form of the result, and returns :math:`u^\top J`: a tuple with one for each
        argument. It may be called many times.

    Examples
    --------
    >>> import minidl as md
    >>> y, back = md.func.vjp(md.sin, md.tensor([0.0, 1.0]))
    >>> back(md.ones(2))
    (tensor([1.0000, 0.5403]),)
    """
    level = Level()
    primals = level.track(primals)
    result, aux = split_aux(level.run(func, *primals), has_aux, "vjp")
    outputs, inputs = only_tensors(result, "vjp", floating=True), leaves(primals)

    def back(cotangents, retain_graph=True, create_graph=None):
        if shape_of(cotangents) != shape_of(result):
            raise TypeError(
                f"vjp: u has the form {shape_of(cotangents)}, and the result {shape_of(result)}: they must agree"
            )
        return with_leaves(primals, _pulled(level, outputs, inputs, leaves(cotangents), retain_graph, create_graph))

    given = level.released(result)
    return (given, back, level.released(aux)) if has_aux else (given, back)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    r"""The value of a function, and its Jacobian-vector product :math:`J v`: the slope in the direction v.

    Parameters
    ----------
    func : callable
        Returns tensors, in dicts, lists or tuples.
    primals, tangents : tuple
        Its arguments, and for each the direction in which it moves, in the same form.
    strict : bool
        Refuse a result that does not depend on the arguments, instead of giving zeros.
    has_aux : bool
        The function returns a pair, (result, aux); aux is the third of what is returned.

    Returns
    -------
    (result, product)

    Examples
    --------
    >>> import minidl as md
    >>> md.func.jvp(md.sin, (md.tensor(0.0),), (md.tensor(2.0),))
    (tensor(0.), tensor(2.))
    """
    if not isinstance(primals, tuple) or not leaves(primals):
        raise TypeError("jvp: primals is a tuple of arguments, so that func(*primals) can be called")
    level = Level()
    result, product, aux = _linear(func, primals, level, has_aux, "jvp")
    if strict and not all(t.requires_grad for t in leaves(result)):
        raise GraphError("jvp, strict: the result does not depend on the arguments")
    slopes = product(tangents)
    given = level.released(result)
    return (given, slopes, level.released(aux)) if has_aux else (given, slopes)


def linearize(func, *primals):
    r"""The value of a function, and its Jacobian at that point as a linear function, :math:`v \mapsto J v`.

    The function is run once, however often the linear one is called.

    Examples
    --------
    >>> import minidl as md
    >>> y, slope = md.func.linearize(md.sin, md.tensor(0.0))
    >>> slope(md.tensor(2.0)), slope(md.tensor(3.0))
    (tensor(2.), tensor(3.))
    """
    level = Level()
    result, product, _ = _linear(func, primals, level, False, "linearize")
    return level.released(result), lambda *tangents: product(tangents)


def _linear(func, primals, level, has_aux, who):
    """The result of a function, its Jacobian as a function of a direction, and aux."""
    primals = level.track(primals)
    result, aux = split_aux(level.run(func, *primals), has_aux, who)
    outputs, inputs = only_tensors(result, who), leaves(primals)
    push, _ = level.run(jacobian_product, outputs, inputs)

    def product(tangents):
        if shape_of(tangents) != shape_of(primals):
            raise TypeError(f"{who}: the direction has the form {shape_of(tangents)}, and the arguments {shape_of(primals)}")
        directions = leaves(tangents)
        for v, x in zip(directions, inputs, strict=True):
            if v.shape != x.shape:
                raise ShapeError(f"{who}: a direction has shape {v.shape}, and what moves in it has {x.shape}")
        followed = level.followed([*outputs, *directions]) and this_thread.state.recording
        return with_leaves(result, level.released(or_zeros(push(directions, followed), outputs)))

    return result, product, aux
