r"""Operations that put elements into a copy of a tensor, at places that are given: the opposite of picking them."""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.conversion import typed
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, OutOfRangeError, ShapeError, aligned
from minidl.ops import indexing
from minidl.ops.elementwise import where
from minidl.ops.indexing import checked_indices, grid_along, index_put, plain_index
from minidl.ops.reduction import axes_of, axis_of

# ---------------------------------------------------------------- by an index for every element


def _places(x, dim, index, src, what):
    """The full index of `scatter` and its like, and what is put there; checked as PyTorch checks them."""
    axis = axis_of(dim, x.ndim)
    array = np.atleast_1d(checked_indices(index, x.shape[axis] if x.ndim else 1, what, negative=False))
    if isinstance(src, Tensor):
        if src.dtype != x.dtype:
            raise DtypeError(f"{what}: the source is {src.dtype} and the tensor {x.dtype}. Did you mean src.to(x.dtype) ?")
        shapes = aligned([("x", x.shape), ("index", array.shape), ("src", src.shape)])
        src = src.reshape(1) if src.ndim == 0 else src
        if array.size and (src.ndim != array.ndim or any(n > m for n, m in zip(array.shape, src.shape, strict=False))):
            raise ShapeError(f"{what} takes the part of src that has the shape of index\n{shapes}")
        src = src[tuple(slice(n) for n in array.shape)] if array.size else src.reshape(-1)[:0].reshape(array.shape)
    else:
        src = Tensor.wrap(np.full(array.shape, typed(src, x.dtype), x.dtype))
    inside = (i == axis or n <= m for i, (n, m) in enumerate(zip(array.shape, x.shape or (1,), strict=False)))
    if array.size and (array.ndim != (x.ndim or 1) or not all(inside)):
        shapes = aligned([("x", x.shape), ("index", array.shape)])
        raise ShapeError(f"{what} needs an index with the dimensions of x, no longer than x but along dim\n{shapes}")
    return (grid_along(array, axis) if array.size else None), src


@any_spelling
def scatter(x, dim, index, src, *, reduce=None):
    """A copy of `x` with `src` (a tensor or a number) at the places that `index` names along `dim`.

    Where a place is named twice, the last one stays; with ``reduce="add"`` or ``"multiply"`` all count.
    """
    if reduce is not None:
        kinds = {"add": "sum", "multiply": "prod"}
        if reduce not in kinds:
            raise ValueError(f'scatter: reduce is "add" or "multiply", not {reduce!r}. Did you mean scatter_reduce ?')
        src = src if isinstance(src, Tensor) else Tensor.wrap(np.full(index.shape, src, x.dtype))
        return scatter_reduce(x, dim, index, src, kinds[reduce])
    grid, src = _places(x, dim, index, src, "scatter")
    if grid is None:
        return x.clone()
    return index_put(x.reshape(1), src, grid).reshape(()) if x.ndim == 0 else index_put(x, src, grid)


@any_spelling
def scatter_add(x, dim, index, src):
    """A copy of `x` with `src` added at the places that `index` names along `dim`."""
    grid, src = _places(x, dim, index, src, "scatter_add")
    if grid is None:
        return x.clone()
    return x + indexing.put(src, grid, x.shape or (1,)).reshape(x.shape)


@any_spelling
def scatter_reduce(x, dim, index, src, reduce, *, include_self=True):
    """A copy of `x` in which each place gathers all of `src` that `index` sends there along `dim`.

    Parameters
    ----------
    reduce : {"sum", "prod", "mean", "amax", "amin"}
    include_self : bool
        Whether the values in `x` count as well.
    """
    if reduce not in NEUTRAL:
        raise ValueError(f"scatter_reduce: reduce is one of {', '.join(NEUTRAL)}, not {reduce!r}")
    grid, src = _places(x, dim, index, src, "scatter_reduce")
    if grid is None:
        return x.clone()
    shape, x = x.shape, x.reshape(x.shape or (1,))
    if not include_self:
        untouched = np.ones(x.shape, bool)
        untouched[grid] = False
        neutral = NEUTRAL[reduce](x.dtype)
        x = where(Tensor.wrap(untouched), x, Tensor.wrap(np.asarray(neutral, x.dtype)))
    if reduce in ("sum", "mean"):
        y = x + indexing.put(src, grid, x.shape)
        if reduce == "mean":
            count = np.full(x.shape, int(include_self))
            np.add.at(count, grid, 1)
            counted = Tensor.wrap(np.maximum(count, 1))
            y = (y / counted).to(y.dtype) if y.dtype.kind == "f" else y // counted
    elif reduce == "prod":
        y = _multiply_at(x, src, grid)
    else:
        y = _extreme_at(x, src, grid, largest=reduce == "amax")
    return y.reshape(shape)


def _lowest(dtype):
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype):
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


NEUTRAL = {"sum": lambda _: 0, "mean": lambda _: 0, "prod": lambda _: 1, "amax": _lowest, "amin": _highest}


def _products_at(x, src, grid):
    y = np.array(x)
    np.multiply.at(y, grid, src)
    return y


def _multiply_reference(x, src, grid):
    """The same by plain products: first the first factor of every place, then the second, and so on."""
    places = np.ravel_multi_index(np.broadcast_arrays(*grid), x.shape).ravel()
    order = np.argsort(places, kind="stable")
    first = np.searchsorted(places[order], places[order])
    turn = np.empty(len(places), np.int64)
    turn[order] = np.arange(len(places)) - first
    y, factors = x.reshape(-1), src.reshape(-1)
    for k in range(turn.max(initial=-1) + 1):
        now = np.flatnonzero(turn == k)
        y = index_put(y, y[places[now]] * factors[now], (places[now],))
    return y.reshape(x.shape)


@operation(
    name="scatter_prod",
    formula=r"y_i = x_i \prod_{k : i_k = i} s_k",
    gradient=r"\bar x_i = \bar y_i y_i / x_i,\quad \bar s_k = \bar y_{i_k} y_{i_k} / s_k",
    composed=_multiply_reference,
)
def _multiply_at(x, src, grid):
    zeros = np.zeros(x.shape, np.int64)
    np.add.at(zeros, grid, src == 0)
    zeros += x == 0
    full_x, full_src = np.where(x == 0, 1, x), np.where(src == 0, 1, src)
    product = _products_at(full_x, full_src, grid)  # of all factors but zeros

    def others(factor, nonzero, product, zeros):
        """The product of all factors of a place but this one."""
        return np.where(zeros - (factor == 0) > 0, 0, product / nonzero).astype(x.dtype)

    return (
        _products_at(x, src, grid),
        lambda g: g * others(x, full_x, product, zeros),
        lambda g: g[grid] * others(src, full_src, product[grid], zeros[grid]),
    )


@array_function
def _extremes_at(x, src, grid, largest):
    y = np.array(x)
    (np.maximum if largest else np.minimum).at(y, grid, src)
    return y


@operation(
    name="scatter_extreme",
    array=_extremes_at,
    formula=r"y_i = \max(x_i, s_k : i_k = i)",
    gradient=r"\bar y_i, \text{ shared by all that equal } y_i",
)
def _extreme_at(x, src, grid, largest):
    y = _extremes_at(x, src, grid, largest=largest)
    best = _values(y)
    hit_x, hit_src = _values(x) == best, _values(src) == best[grid]
    count = hit_x.astype(best.dtype)
    np.add.at(count, grid, hit_src)
    count = np.maximum(count, 1)
    return (
        y,
        lambda g: g * (hit_x / count).astype(best.dtype),
        lambda g: g[grid] * (hit_src / count[grid]).astype(best.dtype),
    )


def _values(t):
    return t.array if isinstance(t, Tensor) else t


# ---------------------------------------------------------------- by an index for every slice


def _slices(x, dim, index, source, what):
    """The full index of the slices that a vector of indices names, and what is put there."""
    axis = axis_of(dim, x.ndim)
    array = np.atleast_1d(checked_indices(index, x.shape[axis] if x.ndim else 1, what))
    if array.ndim > 1:
        raise ShapeError(f"{what} needs a vector of indices, and got shape {array.shape}")
    if source is not None:
        if source.dtype != x.dtype:
            raise DtypeError(f"{what}: the source is {source.dtype} and the tensor {x.dtype}")
        expected = (*x.shape[:axis], len(array), *x.shape[axis + 1 :])
        if source.shape != expected and not (x.ndim == 0 and source.numel() == len(array)):
            raise ShapeError(
                f"{what} along dim {dim} takes a slice for each index\n"
                + aligned([("x", x.shape), ("needed", expected), ("source", source.shape)])
            )
        source = source.reshape(expected)
    return (*(slice(None),) * axis, array), source


@any_spelling
def index_add(x, dim, index, source, *, alpha=1):
    """A copy of `x` to whose slices, named by `index` (a vector), those of `source` are added, `alpha` times."""
    place, source = _slices(x, dim, index, source, "index_add")
    return x + indexing.put(source if alpha == 1 else source * alpha, place, x.shape or (1,)).reshape(x.shape)


@any_spelling
def index_reduce(x, dim, index, source, reduce, *, include_self=True):
    """A copy of `x` in whose slices, named by `index` (a vector), those of `source` are gathered.

    Parameters
    ----------
    reduce : {"prod", "mean", "amax", "amin"}
    include_self : bool
        Whether the values in `x` count as well.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ValueError(f"index_reduce: reduce is prod, mean, amax or amin, not {reduce!r}. Did you mean index_add ?")
    (*before, array), source = _slices(x, dim, index, source, "index_reduce")
    along = array.reshape([-1 if i == len(before) else 1 for i in range(max(x.ndim, 1))])
    every = Tensor.wrap(np.broadcast_to(along, source.shape))
    return scatter_reduce(x, dim, every, source, reduce, include_self=include_self)


@any_spelling
def index_copy(x, dim, index, source):
    """A copy of `x` whose slices, named by `index` (a vector), are those of `source`."""
    place, source = _slices(x, dim, index, source, "index_copy")
    return index_put(x.reshape(x.shape or (1,)), source, place).reshape(x.shape)


@any_spelling
def index_fill(x, dim, index, value):
    """A copy of `x` whose slices, named by `index` (a vector), are filled with a number."""
    place, _ = _slices(x, dim, index, None, "index_fill")
    value = value if isinstance(value, Tensor) else Tensor.wrap(typed(value, x.dtype))
    if value.ndim:
        raise ShapeError(f"index_fill fills with one number, and value has shape {value.shape}")
    place = (*place[:-1], np.unique(place[-1] % (x.shape[len(place) - 1] if x.ndim else 1)))  # each slice once
    flat = x.reshape(x.shape or (1,))
    shape = (*flat.shape[: len(place) - 1], len(place[-1]), *flat.shape[len(place) :])
    return index_put(flat, value.to(x.dtype).expand(*shape), place).reshape(x.shape)


@any_spelling
def index_put_values(x, indices, values, accumulate=False):
    """A copy of `x` with `values` at ``x[indices]``, or added there (PyTorch's `torch.index_put`).

    Parameters
    ----------
    indices : tuple of Tensor
    accumulate : bool
        Add, instead of replacing; what is named twice is added to twice.
    """
    index = plain_index(tuple(indices))
    values = values.expand(*np.empty(x.shape, bool)[index].shape)
    return x + indexing.put(values, index, x.shape) if accumulate else index_put(x, values, index)


@any_spelling
def put(x, index, source, accumulate=False):
    """A copy of `x` with the elements of `source` at places counted through all of `x`."""
    array = checked_indices(index, x.numel(), "put")
    if source.dtype != x.dtype or source.numel() != array.size:
        raise ShapeError(f"put needs a source of {x.dtype} with an element for each of the {array.size} indices")
    flat, values, place = x.reshape(-1), source.reshape(-1), (array.ravel(),)
    y = flat + indexing.put(values, place, flat.shape) if accumulate else index_put(flat, values, place)
    return y.reshape(x.shape)


@any_spelling
def masked_scatter(x, mask, source):
    """A copy of `x` in which the elements of `source`, in order, stand wherever `mask` is true."""
    if mask.dtype != bool:
        raise DtypeError(f"masked_scatter needs booleans as its mask, not {mask.dtype}")
    shape = np.broadcast_shapes(x.shape, mask.shape)
    place = np.array(np.broadcast_to(mask.array, shape))
    count = int(place.sum())
    if source.numel() < count:
        raise ShapeError(f"masked_scatter: the mask has {count} places, and source {source.numel()} elements")
    return index_put(x.expand(*shape), source.reshape(-1)[:count].to(x.dtype), (place,))


# ---------------------------------------------------------------- into a part of the tensor


def _embedded(x, src, place, what):
    shape = np.empty(x.shape, bool)[place].shape
    if src.shape != shape:
        raise ShapeError(f"{what}: the source has shape {src.shape}, and the place that it is put into {shape}")
    return index_put(x, src.to(x.dtype), place)


@any_spelling
def select_scatter(x, src, dim, index):
    """A copy of `x` with `src` in the place of ``x.select(dim, index)``."""
    axis = axis_of(dim, x.ndim)
    if not -x.shape[axis] <= index < x.shape[axis]:
        raise OutOfRangeError(f"select_scatter: index {index} is out of range for a dimension of size {x.shape[axis]}")
    return _embedded(x, src, (*(slice(None),) * axis, index), "select_scatter")


@any_spelling
def slice_scatter(x, src, dim=0, start=None, end=None, step=1):
    """A copy of `x` with `src` in the place of ``x[start:end:step]`` along `dim`."""
    return _embedded(x, src, (*(slice(None),) * axis_of(dim, x.ndim), slice(start, end, step)), "slice_scatter")


@any_spelling
def diagonal_scatter(x, src, offset=0, dim1=0, dim2=1):
    """A copy of `x` with `src` as its diagonal."""
    (a,), (b,) = axes_of(dim1, x.ndim), axes_of(dim2, x.ndim)
    turned = x.movedim((a, b), (-2, -1))
    rows = np.arange(src.shape[-1])
    place = (..., rows + max(-offset, 0), rows + max(offset, 0))
    return _embedded(turned, src, place, "diagonal_scatter").movedim((-2, -1), (a, b))
