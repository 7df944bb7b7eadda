"""minidl: learn how deep learning works, with an engine you can read and pictures of what it does.

>>> import minidl as md
>>> x = md.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x**2).sum().backward()
>>> x.grad
tensor([2., 4., 6.])
"""

from importlib import import_module as _import_module
from math import e, inf, nan, pi
from types import SimpleNamespace as _SimpleNamespace

from numpy import dtype

from minidl import autograd, errors, random
from minidl.autograd import gradcheck, gradgradcheck
from minidl.engine.backward import backward, grad
from minidl.engine.devices import device, get_default_device, set_default_device
from minidl.engine.dtypes import bool_ as bool
from minidl.engine.dtypes import (
    can_cast,
    double,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    result_type,
    set_default_dtype,
    short,
    uint8,
)
from minidl.engine.dtypes import float_ as float
from minidl.engine.dtypes import int_ as int
from minidl.engine.generator import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from minidl.engine.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minidl.engine.inference import inference_mode
from minidl.engine.names import missing as _missing
from minidl.engine.parallel import get_num_threads, set_num_threads
from minidl.engine.printing import get_printoptions, set_printoptions
from minidl.engine.tensor import Size, Tensor
from minidl.engine.watching import detect_anomaly, is_anomaly_enabled, watch
from minidl.ops import methods as _methods
from minidl.ops import numpy_functions as _numpy_functions
from minidl.ops.activation import log_softmax, relu, sigmoid, softmax
from minidl.ops.complex_numbers import abs, angle, conj, imag, is_complex, polar, real, view_as_complex, view_as_real
from minidl.ops.complex_numbers import complex_ as complex
from minidl.ops.creation import (
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    arange,
    as_tensor,
    asarray,
    empty,
    empty_like,
    eye,
    from_numpy,
    frombuffer,
    full,
    full_like,
    linspace,
    logspace,
    ones,
    ones_like,
    scalar_tensor,
    set_default_tensor_type,
    tensor,
    zeros,
    zeros_like,
)
from minidl.ops.creation import range_to as range
from minidl.ops.decompositions import cholesky, lstsq, matrix_rank
from minidl.ops.decompositions import simple_pinv as pinverse
from minidl.ops.decompositions import simple_qr as qr
from minidl.ops.decompositions import simple_svd as svd
from minidl.ops.distances import cdist, dist, pdist
from minidl.ops.einsum import einsum, tensordot
from minidl.ops.elementwise import (
    acos,
    acosh,
    add,
    addcdiv,
    addcmul,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    ceil,
    clamp,
    clamp_max,
    clamp_min,
    copysign,
    cos,
    cosh,
    deg2rad,
    div,
    eq,
    exp,
    exp2,
    expm1,
    float_power,
    floor,
    floor_divide,
    fmax,
    fmin,
    fmod,
    frac,
    frexp,
    gcd,
    ge,
    gt,
    heaviside,
    hypot,
    isclose,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    lcm,
    ldexp,
    le,
    lerp,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    logit,
    lt,
    masked_fill,
    maximum,
    minimum,
    mul,
    nan_to_num,
    ne,
    neg,
    nextafter,
    positive,
    pow,
    rad2deg,
    reciprocal,
    remainder,
    round,
    rsqrt,
    rsub,
    sgn,
    sign,
    signbit,
    sin,
    sinc,
    sinh,
    sqrt,
    square,
    sub,
    tan,
    tanh,
    true_divide,
    trunc,
    where,
    xlogy,
)
from minidl.ops.gamma import digamma, i0, lgamma, mvlgamma, polygamma
from minidl.ops.indexing import argwhere, gather, index_select, masked_select, nonzero, one_hot, select, take_along_dim
from minidl.ops.indexing import take_flat as take
from minidl.ops.inspection import allclose, equal, is_floating_point, is_nonzero, is_signed, is_tensor, numel, typename
from minidl.ops.inverses import cholesky_inverse, cholesky_solve, det, inv, logdet, matrix_exp, matrix_power, slogdet
from minidl.ops.inverses import inv as inverse
from minidl.ops.joining import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    block_diag,
    broadcast_shapes,
    broadcast_tensors,
    cartesian_prod,
    column_stack,
    combinations,
    diag_embed,
    diagflat,
    dsplit,
    dstack,
    fliplr,
    flipud,
    hsplit,
    hstack,
    meshgrid,
    rot90,
    row_stack,
    split_with_sizes,
    tensor_split,
    tril_indices,
    triu_indices,
    unravel_index,
    unsafe_chunk,
    vander,
    vsplit,
    vstack,
)
from minidl.ops.norms import renorm
from minidl.ops.norms import simple_norm as norm
from minidl.ops.products import (
    addbmm,
    addmm,
    addmv,
    addr,
    baddbmm,
    bmm,
    chain_matmul,
    dot,
    ger,
    inner,
    kron,
    matmul,
    mm,
    mv,
    outer,
    vdot,
)
from minidl.ops.products import simple_cross as cross
from minidl.ops.random import (
    bernoulli,
    binomial,
    multinomial,
    normal,
    poisson,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from minidl.ops.reduction import (
    all,
    amax,
    amin,
    aminmax,
    any,
    argmax,
    argmin,
    count_nonzero,
    logsumexp,
    max,
    mean,
    min,
    nanmean,
    nansum,
    prod,
    sum,
)
from minidl.ops.running import cummax, cummin, cumprod, cumsum, cumulative_trapezoid, diff, gradient, logcumsumexp, trapezoid
from minidl.ops.scattering import (
    diagonal_scatter,
    index_add,
    index_copy,
    index_fill,
    index_reduce,
    masked_scatter,
    put,
    scatter,
    scatter_add,
    scatter_reduce,
    select_scatter,
    slice_scatter,
)
from minidl.ops.scattering import index_put_values as index_put
from minidl.ops.shape import (
    broadcast_to,
    cat,
    chunk,
    clone,
    diag,
    diagonal,
    flatten,
    flip,
    movedim,
    narrow,
    permute,
    ravel,
    repeat_interleave,
    reshape,
    roll,
    split,
    squeeze,
    stack,
    swapaxes,
    swapdims,
    t,
    tile,
    trace,
    transpose,
    tril,
    triu,
    unbind,
    unflatten,
    unsqueeze,
)
from minidl.ops.sorting import (
    argsort,
    bucketize,
    isin,
    kthvalue,
    msort,
    searchsorted,
    sort,
    topk,
    unique,
    unique_consecutive,
)
from minidl.ops.special import erf, erfc, erfinv
from minidl.ops.spectrogram import istft, stft
from minidl.ops.statistics import (
    bincount,
    corrcoef,
    cov,
    histc,
    histogram,
    median,
    mode,
    nanmedian,
    nanquantile,
    quantile,
    std,
    std_mean,
    var,
    var_mean,
)
from minidl.ops.striding import as_strided
from minidl.ops.tapers import bartlett_window, blackman_window, hamming_window, hann_window, kaiser_window
from minidl.system.memory import keep_freed_memory as _keep_freed_memory
from minidl.system.memory import look_for_garbage_less_often as _look_for_garbage_less_often
from minidl.system.suggestions import suggest_in_notebooks as _suggest_in_notebooks
from minidl.system.switches import (
    are_deterministic_algorithms_enabled,
    get_float32_matmul_precision,
    set_float32_matmul_precision,
    set_flush_denormal,
    use_deterministic_algorithms,
)

__version__ = "0.1.0"

_keep_freed_memory()
_look_for_garbage_less_often()
_suggest_in_notebooks()

# They open when somebody knocks.
_ROOMS = {
    *"accelerator amp audio backends cuda data distributed distributions fft func interop jit".split(),
    *"linalg nn onnx optim privacy profile special testing text train utils vision viz".split(),
}
_LATER = {
    **dict.fromkeys(
        """
        adaptive_avg_pool1d avg_pool1d bilinear celu channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d
        conv_transpose3d cosine_similarity hardshrink max_pool1d max_pool2d max_pool3d pairwise_distance pixel_shuffle
        pixel_unshuffle prelu relu_ selu threshold
        """.split(),
        "minidl.nn.functional",
    ),
    "GradScaler": "minidl.amp",
    "autocast": "minidl.amp",
    "compile": "minidl.jit",
    "load": "minidl.interop.checkpoint",
    "save": "minidl.interop.checkpoint",
    "vmap": "minidl.func",
}


def _tensor_card(self):
    """The card that a notebook shows for a tensor; the pictures draw it, and are loaded only then."""
    return _import_module("minidl.viz.tensor_card").tensor_card(self)


Tensor._repr_html_ = _tensor_card


def __getattr__(name):
    if name in _ROOMS:
        return _import_module(f"minidl.{name}")
    if name in ("mps", "xpu"):  # asked whether they are there, and for nothing else
        return _import_module("minidl.cuda")
    if name in _LATER:
        return getattr(_import_module(_LATER[name]), name)
    raise _missing("module 'minidl'", name, __dir__())


def __dir__():
    return sorted({*globals(), *_ROOMS, *_LATER})


absolute, subtract, multiply, divide, negative, concat, concatenate = abs, sub, mul, div, neg, cat, cat
arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, fix, greater, greater_equal, less, less_equal, not_equal = (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    trunc,
    gt,
    ge,
    lt,
    le,
    ne,
)
clip = clamp
trapz = trapezoid
newaxis = None
version = _SimpleNamespace(__version__=__version__, cuda=None, hip=None)  # of what else computes: nothing
moveaxis = movedim
preserve_format, contiguous_format, channels_last, strided = (
    "preserve_format",
    "contiguous_format",
    "channels_last",
    "strided",
)
