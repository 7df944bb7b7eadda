r"""What an operation costs: its arithmetic, counted from shapes.

A FLOP is one multiplication, addition, or evaluation of a function; a product of (m, k) and (k, n) has 2mkn of them. The
products are where nearly all arithmetic is, and are counted exactly. Of the rest a small number for each element is taken.

References
----------
Kaplan et al. (2020), *Scaling Laws for Neural Language Models*, section 2.1.
"""

from math import prod

FREE = set(
    "reshape permute broadcast_to diagonal getitem as_strided unfold_dimension cat stack clone cast flip roll pad positive "
    "put put_on_diagonal index_put overwrite write_into_view add_where_strided tril triu where".split()
)  # they move numbers, or only look at them in another way
FOR_EACH = {
    "softmax": 4,
    "log_softmax": 4,
    "logsumexp": 3,
    "cross_entropy": 5,
    "batch_norm": 6,
    "standardize": 6,
    "rms_norm": 4,
    "sigmoid": 3,
    "silu": 4,
    "gelu": 6,
    "mse_loss": 3,
    "var": 4,
}


def _linear(shapes, out):
    _, weight, *bias = shapes
    return 2 * prod(out) * weight[-1] + prod(out) * bool(bias)


def _matmul(shapes, out):
    return 2 * prod(out) * shapes[0][-1]


def _convolution(shapes, out):
    _, weight, *bias = shapes
    return 2 * prod(out) * prod(weight[1:]) + prod(out) * bool(bias)


def _weight_of_convolution(shapes, out):
    return 2 * prod(shapes[1]) * prod(out[1:])


def _transposed_convolution(shapes, out):
    x, weight, *bias = shapes
    return 2 * prod(x) * prod(weight[1:]) + prod(out) * bool(bias)


def _attention(shapes, out):
    query, key, value = shapes[:3]
    pairs = prod(query[:-1]) * key[-2]
    return 2 * pairs * (query[-1] + value[-1]) + 4 * pairs


def _recurrent(shapes, out):
    weights = [shape for shape in shapes if len(shape) == 2][-2:]  # the states stand before them
    return 2 * prod(shapes[0][:-1]) * sum(map(prod, weights))


PRODUCTS = {
    "linear": _linear,
    "matmul": _matmul,
    "conv2d": _convolution,
    "conv_transpose2d": _transposed_convolution,
    "conv2d_weight": _weight_of_convolution,
    "scaled_dot_product_attention": _attention,
    "attention": _attention,
    "rnn": _recurrent,
    "lstm": _recurrent,
    "gru": _recurrent,
}


def flops(name, shapes, out, options=None):
    """The arithmetic of an operation.

    Parameters
    ----------
    name : str
        Of the operation.
    shapes : list of tuple
        Of the arrays that go in.
    out : tuple
        The shape of what comes out.
    options : dict, optional
        What else the operation was given; `einsum` has the names of its dimensions there.

    Returns
    -------
    int

    Examples
    --------
    >>> flops("linear", [(32, 784), (128, 784), (128,)], (32, 128))
    6426624
    """
    if name in FREE:
        return 0
    if name == "einsum":
        sizes = {
            k: n for names, shape in zip(options["inputs"], shapes, strict=True) for k, n in zip(names, shape, strict=True)
        }
        return 2 * prod(sizes.values())
    if name in PRODUCTS:
        return PRODUCTS[name](shapes, out)
    return FOR_EACH.get(name, 1) * max([prod(out), *map(prod, shapes)])


def backward_flops(name, shapes, out, wanted, options=None):
    """The arithmetic of an operation's gradients: a product of the same size for each matrix whose gradient is wanted.

    Parameters
    ----------
    wanted : list of bool
        Whether the gradient of each array that goes in is wanted.
    """
    if not any(wanted):
        return 0
    forward = flops(name, shapes, out, options)
    if name == "einsum":
        return forward * sum(wanted)
    if name in ("linear", "matmul", "conv2d", "conv_transpose2d"):
        matrices = sum(wanted[:2])
        bias = prod(out) if len(shapes) > 2 else 0
        return (forward - bias) * matrices + bias * any(wanted[2:])
    return forward * 2 if name in PRODUCTS else forward
