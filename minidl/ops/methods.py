"""What makes `Tensor` convenient: operators and methods, each hung on the class in a plain line.

The operations live in the other modules of this folder; this one is imported last and adds nothing to them.
"""

from functools import wraps

from minidl.engine import dtypes
from minidl.engine.devices import check_device
from minidl.engine.inplace import in_place
from minidl.engine.reshaping import reshaped_in_place
from minidl.engine.tensor import Tensor
from minidl.ops import (
    activation,
    complex_numbers,
    creation,
    decompositions,
    distances,
    elementwise,
    filling,
    gamma,
    indexing,
    inspection,
    inverses,
    joining,
    norms,
    products,
    random,
    reduction,
    running,
    scattering,
    shape,
    sorting,
    special,
    spectrogram,
    statistics,
    striding,
)


def reflected(function):
    """The operation with its operands exchanged, for ``2 - x`` where the tensor stands on the right."""

    def method(self, other):
        if not isinstance(self, Tensor):
            raise TypeError(f"the operator of a tensor was called on {self!r:.40}, which is none")
        return function(other, self)

    return method


def equality(function):
    """The operation for ``==`` or ``!=``: beside what is no number, Python answers, as for any two objects."""

    @wraps(function)
    def method(self, other):
        return NotImplemented if other is None or isinstance(other, str | bytes | dict | set) else function(self, other)

    return method


elsewhere = property(lambda self: False, doc="Always False: minidl computes on the CPU, with dense numbers.")


def cuda(self, device=None, non_blocking=False, memory_format=None):
    """Refused, because minidl computes on the CPU alone."""
    check_device("cuda")


# ---------------------------------------------------------------- operators

Tensor.__add__ = elementwise.add
Tensor.__radd__ = reflected(elementwise.add)
Tensor.__sub__ = elementwise.sub
Tensor.__rsub__ = reflected(elementwise.sub)
Tensor.__mul__ = elementwise.mul
Tensor.__rmul__ = reflected(elementwise.mul)
Tensor.__truediv__ = elementwise.true_divide
Tensor.__rtruediv__ = reflected(elementwise.true_divide)
Tensor.__floordiv__ = elementwise.floor_divide
Tensor.__rfloordiv__ = reflected(elementwise.floor_divide)
Tensor.__mod__ = elementwise.remainder
Tensor.__rmod__ = reflected(elementwise.remainder)
Tensor.__pow__ = elementwise.pow
Tensor.__rpow__ = reflected(elementwise.pow)
Tensor.__and__ = elementwise.bitwise_and
Tensor.__rand__ = reflected(elementwise.bitwise_and)
Tensor.__or__ = elementwise.bitwise_or
Tensor.__ror__ = reflected(elementwise.bitwise_or)
Tensor.__xor__ = elementwise.bitwise_xor
Tensor.__rxor__ = reflected(elementwise.bitwise_xor)
Tensor.__lshift__ = elementwise.bitwise_left_shift
Tensor.__rlshift__ = reflected(elementwise.bitwise_left_shift)
Tensor.__rshift__ = elementwise.bitwise_right_shift
Tensor.__rrshift__ = reflected(elementwise.bitwise_right_shift)
Tensor.__matmul__ = products.matmul
Tensor.__rmatmul__ = reflected(products.matmul)

Tensor.__neg__ = elementwise.neg
Tensor.__pos__ = elementwise.positive
Tensor.__abs__ = elementwise.abs
Tensor.__invert__ = elementwise.bitwise_not
Tensor.__round__ = elementwise.round

Tensor.__eq__ = equality(elementwise.eq)
Tensor.__ne__ = equality(elementwise.ne)
Tensor.__lt__ = elementwise.lt
Tensor.__le__ = elementwise.le
Tensor.__gt__ = elementwise.gt
Tensor.__ge__ = elementwise.ge

Tensor.__contains__ = inspection.contains
Tensor.__reversed__ = lambda self: shape.flip(self, 0)

Tensor.__getitem__ = indexing.getitem
Tensor.__setitem__ = indexing.setitem

Tensor.__iadd__ = in_place(elementwise.add)
Tensor.__isub__ = in_place(elementwise.sub)
Tensor.__imul__ = in_place(elementwise.mul)
Tensor.__ifloordiv__ = in_place(elementwise.floor_divide)
Tensor.__imod__ = in_place(elementwise.remainder)
Tensor.__iand__ = in_place(elementwise.bitwise_and)
Tensor.__ior__ = in_place(elementwise.bitwise_or)
Tensor.__ixor__ = in_place(elementwise.bitwise_xor)
Tensor.__itruediv__ = in_place(elementwise.true_divide)
Tensor.__ipow__ = in_place(elementwise.pow)

# ---------------------------------------------------------------- dtypes


def to_dtype(dtype):
    """The method that brings a tensor to a dtype; what PyTorch's also takes, the layout in memory, changes nothing."""
    return lambda self, memory_format=None: self.to(dtype)


Tensor.half = to_dtype(dtypes.half)
Tensor.bfloat16 = dtypes.refuse_bfloat16
Tensor.float = to_dtype(dtypes.float_)
Tensor.double = to_dtype(dtypes.double)
Tensor.char = to_dtype(dtypes.int8)
Tensor.byte = to_dtype(dtypes.uint8)
Tensor.short = to_dtype(dtypes.short)
Tensor.int = to_dtype(dtypes.int_)
Tensor.long = to_dtype(dtypes.long)
Tensor.bool = to_dtype(dtypes.bool_)
Tensor.type_as = lambda self, other: self.to(other.dtype)

# ---------------------------------------------------------------- element by element

Tensor.add = elementwise.add
Tensor.sub = elementwise.sub
Tensor.mul = elementwise.mul
Tensor.div = elementwise.div
Tensor.true_divide = elementwise.true_divide
Tensor.floor_divide = elementwise.floor_divide
Tensor.remainder = elementwise.remainder
Tensor.neg = elementwise.neg
Tensor.pow = elementwise.pow
Tensor.square = elementwise.square
Tensor.sqrt = elementwise.sqrt
Tensor.rsqrt = elementwise.rsqrt
Tensor.reciprocal = elementwise.reciprocal
Tensor.exp = elementwise.exp
Tensor.exp2 = elementwise.exp2
Tensor.expm1 = elementwise.expm1
Tensor.log = elementwise.log
Tensor.log2 = elementwise.log2
Tensor.log10 = elementwise.log10
Tensor.log1p = elementwise.log1p
Tensor.logaddexp = elementwise.logaddexp
Tensor.sin = elementwise.sin
Tensor.cos = elementwise.cos
Tensor.tan = elementwise.tan
Tensor.asin = elementwise.asin
Tensor.acos = elementwise.acos
Tensor.atan = elementwise.atan
Tensor.atan2 = elementwise.atan2
Tensor.sinh = elementwise.sinh
Tensor.cosh = elementwise.cosh
Tensor.tanh = elementwise.tanh
Tensor.abs = elementwise.abs
Tensor.sign = elementwise.sign
Tensor.floor = elementwise.floor
Tensor.ceil = elementwise.ceil
Tensor.round = elementwise.round
Tensor.trunc = elementwise.trunc
Tensor.maximum = elementwise.maximum
Tensor.minimum = elementwise.minimum
Tensor.clamp = elementwise.clamp
Tensor.clamp_min = elementwise.clamp_min
Tensor.clamp_max = elementwise.clamp_max
Tensor.lerp = elementwise.lerp
Tensor.eq = elementwise.eq
Tensor.ne = elementwise.ne
Tensor.lt = elementwise.lt
Tensor.le = elementwise.le
Tensor.gt = elementwise.gt
Tensor.ge = elementwise.ge
Tensor.logical_and = elementwise.logical_and
Tensor.logical_or = elementwise.logical_or
Tensor.logical_xor = elementwise.logical_xor
Tensor.logical_not = elementwise.logical_not
Tensor.isnan = elementwise.isnan
Tensor.isinf = elementwise.isinf
Tensor.isfinite = elementwise.isfinite
Tensor.isclose = elementwise.isclose
Tensor.masked_fill = elementwise.masked_fill
Tensor._cast = elementwise._cast
Tensor.bitwise_not = elementwise.bitwise_not
Tensor.asinh = elementwise.asinh
Tensor.acosh = elementwise.acosh
Tensor.atanh = elementwise.atanh
Tensor.frac = elementwise.frac
Tensor.frexp = elementwise.frexp
Tensor.nextafter = elementwise.nextafter
Tensor.nan_to_num = elementwise.nan_to_num
Tensor.positive = elementwise.positive
Tensor.bitwise_and = elementwise.bitwise_and
Tensor.bitwise_or = elementwise.bitwise_or
Tensor.bitwise_xor = elementwise.bitwise_xor
Tensor.fmod = elementwise.fmod
Tensor.float_power = elementwise.float_power
Tensor.logaddexp2 = elementwise.logaddexp2
Tensor.xlogy = elementwise.xlogy
Tensor.logit = elementwise.logit
Tensor.sinc = elementwise.sinc
Tensor.deg2rad = elementwise.deg2rad
Tensor.rad2deg = elementwise.rad2deg
Tensor.hypot = elementwise.hypot
Tensor.sgn = elementwise.sgn
Tensor.copysign = elementwise.copysign
Tensor.heaviside = elementwise.heaviside
Tensor.fmax = elementwise.fmax
Tensor.fmin = elementwise.fmin
Tensor.bitwise_left_shift = elementwise.bitwise_left_shift
Tensor.bitwise_right_shift = elementwise.bitwise_right_shift
Tensor.gcd = elementwise.gcd
Tensor.lcm = elementwise.lcm
Tensor.signbit = elementwise.signbit
Tensor.isposinf = elementwise.isposinf
Tensor.isneginf = elementwise.isneginf
Tensor.isreal = elementwise.isreal
Tensor.angle = complex_numbers.angle
Tensor.conj = complex_numbers.conj
Tensor.imag = property(complex_numbers.imag, doc="Refused: a tensor is real.")
Tensor.real = property(lambda self: self, doc="The real part: the tensor itself.")
Tensor.addcmul = elementwise.addcmul
Tensor.addcdiv = elementwise.addcdiv
Tensor.ldexp = elementwise.ldexp
Tensor.clip = elementwise.clamp
Tensor.absolute = elementwise.abs
Tensor.negative = elementwise.neg
Tensor.multiply = elementwise.mul
Tensor.subtract = elementwise.sub
Tensor.divide = elementwise.div
Tensor.arccos = elementwise.acos
Tensor.arccosh = elementwise.acosh
Tensor.arcsin = elementwise.asin
Tensor.arcsinh = elementwise.asinh
Tensor.arctan = elementwise.atan
Tensor.arctan2 = elementwise.atan2
Tensor.arctanh = elementwise.atanh
Tensor.fix = elementwise.trunc
Tensor.greater = elementwise.gt
Tensor.greater_equal = elementwise.ge
Tensor.less = elementwise.lt
Tensor.less_equal = elementwise.le
Tensor.not_equal = elementwise.ne
Tensor.where = lambda self, condition, other: elementwise.where(condition, self, other)

Tensor.add_ = in_place(elementwise.add)
Tensor.sub_ = in_place(elementwise.sub)
Tensor.mul_ = in_place(elementwise.mul)
Tensor.div_ = in_place(elementwise.div)
Tensor.arccosh_ = in_place(elementwise.acosh)
Tensor.arcsinh_ = in_place(elementwise.asinh)
Tensor.arctanh_ = in_place(elementwise.atanh)
Tensor.arctan2_ = in_place(elementwise.atan2)
Tensor.greater_ = in_place(elementwise.gt)
Tensor.greater_equal_ = in_place(elementwise.ge)
Tensor.less_ = in_place(elementwise.lt)
Tensor.less_equal_ = in_place(elementwise.le)
Tensor.not_equal_ = in_place(elementwise.ne)
Tensor.pow_ = in_place(elementwise.pow)
Tensor.neg_ = in_place(elementwise.neg)
Tensor.sqrt_ = in_place(elementwise.sqrt)
Tensor.exp_ = in_place(elementwise.exp)
Tensor.log_ = in_place(elementwise.log)
Tensor.abs_ = in_place(elementwise.abs)
Tensor.clamp_ = in_place(elementwise.clamp)
Tensor.floor_ = in_place(elementwise.floor)
Tensor.ceil_ = in_place(elementwise.ceil)
Tensor.round_ = in_place(elementwise.round)
Tensor.trunc_ = in_place(elementwise.trunc)
Tensor.sin_ = in_place(elementwise.sin)
Tensor.cos_ = in_place(elementwise.cos)
Tensor.tanh_ = in_place(elementwise.tanh)
Tensor.reciprocal_ = in_place(elementwise.reciprocal)
Tensor.masked_fill_ = in_place(elementwise.masked_fill)
Tensor.square_ = in_place(elementwise.square)
Tensor.lerp_ = in_place(elementwise.lerp)
Tensor.true_divide_ = in_place(elementwise.true_divide)
Tensor.floor_divide_ = in_place(elementwise.floor_divide)
Tensor.remainder_ = in_place(elementwise.remainder)
Tensor.fmod_ = in_place(elementwise.fmod)
Tensor.rsqrt_ = in_place(elementwise.rsqrt)
Tensor.exp2_ = in_place(elementwise.exp2)
Tensor.expm1_ = in_place(elementwise.expm1)
Tensor.log2_ = in_place(elementwise.log2)
Tensor.log10_ = in_place(elementwise.log10)
Tensor.log1p_ = in_place(elementwise.log1p)
Tensor.asin_ = in_place(elementwise.asin)
Tensor.acos_ = in_place(elementwise.acos)
Tensor.atan_ = in_place(elementwise.atan)
Tensor.atan2_ = in_place(elementwise.atan2)
Tensor.sinh_ = in_place(elementwise.sinh)
Tensor.cosh_ = in_place(elementwise.cosh)
Tensor.tan_ = in_place(elementwise.tan)
Tensor.asinh_ = in_place(elementwise.asinh)
Tensor.acosh_ = in_place(elementwise.acosh)
Tensor.atanh_ = in_place(elementwise.atanh)
Tensor.sign_ = in_place(elementwise.sign)
Tensor.sgn_ = in_place(elementwise.sgn)
Tensor.frac_ = in_place(elementwise.frac)
Tensor.clamp_min_ = in_place(elementwise.clamp_min)
Tensor.clamp_max_ = in_place(elementwise.clamp_max)
Tensor.nan_to_num_ = in_place(elementwise.nan_to_num)
Tensor.logit_ = in_place(elementwise.logit)
Tensor.sinc_ = in_place(elementwise.sinc)
Tensor.deg2rad_ = in_place(elementwise.deg2rad)
Tensor.rad2deg_ = in_place(elementwise.rad2deg)
Tensor.hypot_ = in_place(elementwise.hypot)
Tensor.copysign_ = in_place(elementwise.copysign)
Tensor.xlogy_ = in_place(elementwise.xlogy)
Tensor.float_power_ = in_place(elementwise.float_power)
Tensor.addcmul_ = in_place(elementwise.addcmul)
Tensor.addcdiv_ = in_place(elementwise.addcdiv)
Tensor.eq_ = in_place(elementwise.eq)
Tensor.ne_ = in_place(elementwise.ne)
Tensor.lt_ = in_place(elementwise.lt)
Tensor.le_ = in_place(elementwise.le)
Tensor.gt_ = in_place(elementwise.gt)
Tensor.ge_ = in_place(elementwise.ge)
Tensor.logical_and_ = in_place(elementwise.logical_and)
Tensor.logical_or_ = in_place(elementwise.logical_or)
Tensor.logical_xor_ = in_place(elementwise.logical_xor)
Tensor.logical_not_ = in_place(elementwise.logical_not)
Tensor.bitwise_and_ = in_place(elementwise.bitwise_and)
Tensor.bitwise_or_ = in_place(elementwise.bitwise_or)
Tensor.bitwise_xor_ = in_place(elementwise.bitwise_xor)
Tensor.bitwise_not_ = in_place(elementwise.bitwise_not)
Tensor.bitwise_left_shift_ = in_place(elementwise.bitwise_left_shift)
Tensor.bitwise_right_shift_ = in_place(elementwise.bitwise_right_shift)
Tensor.gcd_ = in_place(elementwise.gcd)
Tensor.lcm_ = in_place(elementwise.lcm)
Tensor.ldexp_ = in_place(elementwise.ldexp)
Tensor.heaviside_ = in_place(elementwise.heaviside)
Tensor.clip_ = Tensor.clamp_
Tensor.absolute_ = Tensor.abs_
Tensor.negative_ = Tensor.neg_
Tensor.multiply_ = Tensor.mul_
Tensor.subtract_ = Tensor.sub_
Tensor.divide_ = Tensor.div_
Tensor.arccos_ = Tensor.acos_
Tensor.arcsin_ = Tensor.asin_
Tensor.arctan_ = Tensor.atan_
Tensor.fix_ = Tensor.trunc_

# ---------------------------------------------------------------- nonlinear steps between layers

Tensor.relu = activation.relu
Tensor.relu_ = in_place(activation.relu)
Tensor.sigmoid_ = in_place(activation.sigmoid)
Tensor.sigmoid = activation.sigmoid
Tensor.softmax = activation.softmax
Tensor.log_softmax = activation.log_softmax
Tensor.softplus = activation.softplus
Tensor.prelu = activation.prelu

# ---------------------------------------------------------------- special functions

Tensor.erf = special.erf
Tensor.erfc = special.erfc
Tensor.erfinv = special.erfinv
Tensor.lgamma = gamma.lgamma
Tensor.digamma = gamma.digamma
Tensor.polygamma = lambda self, n: gamma.polygamma(n, self)
Tensor.mvlgamma = gamma.mvlgamma
Tensor.i0 = gamma.i0
Tensor.erf_ = in_place(special.erf)
Tensor.erfc_ = in_place(special.erfc)
Tensor.erfinv_ = in_place(special.erfinv)
Tensor.lgamma_ = in_place(gamma.lgamma)
Tensor.digamma_ = in_place(gamma.digamma)

# ---------------------------------------------------------------- sums, means, extremes

Tensor.sum = reduction.sum
Tensor.sum_to_size = reduction.sum_to_size
Tensor.mean = reduction.mean
Tensor.prod = reduction.prod
Tensor.amax = reduction.amax
Tensor.amin = reduction.amin
Tensor.argmax = reduction.argmax
Tensor.argmin = reduction.argmin
Tensor.max = reduction.max
Tensor.min = reduction.min
Tensor.aminmax = reduction.aminmax
Tensor.logsumexp = reduction.logsumexp
Tensor.nansum = reduction.nansum
Tensor.nanmean = reduction.nanmean
Tensor.any = reduction.any
Tensor.all = reduction.all
Tensor.count_nonzero = reduction.count_nonzero

# ---------------------------------------------------------------- along a dimension

Tensor.cumsum = running.cumsum
Tensor.cumprod = running.cumprod
Tensor.cummax = running.cummax
Tensor.cummin = running.cummin
Tensor.logcumsumexp = running.logcumsumexp
Tensor.diff = running.diff
Tensor.cumsum_ = in_place(running.cumsum)
Tensor.cumprod_ = in_place(running.cumprod)

# ---------------------------------------------------------------- order

Tensor.argsort = sorting.argsort
Tensor.sort = sorting.sort
Tensor.msort = sorting.msort
Tensor.topk = sorting.topk
Tensor.kthvalue = sorting.kthvalue
Tensor.unique = sorting.unique
Tensor.unique_consecutive = sorting.unique_consecutive
Tensor.isin = sorting.isin

# ---------------------------------------------------------------- statistics

Tensor.var = statistics.var
Tensor.std = statistics.std
Tensor.median = statistics.median
Tensor.nanmedian = statistics.nanmedian
Tensor.mode = statistics.mode
Tensor.quantile = statistics.quantile
Tensor.nanquantile = statistics.nanquantile
Tensor.cov = statistics.cov
Tensor.corrcoef = statistics.corrcoef
Tensor.bincount = statistics.bincount
Tensor.histc = statistics.histc
Tensor.histogram = statistics.histogram

# ---------------------------------------------------------------- rearranging

Tensor.reshape = shape.reshape
Tensor.view = shape.view
Tensor.flatten = shape.flatten
Tensor.unflatten = shape.unflatten
Tensor.ravel = shape.ravel
Tensor.permute = shape.permute
Tensor.transpose = shape.transpose
Tensor.swapaxes = shape.swapaxes
Tensor.swapdims = shape.swapdims
Tensor.movedim = shape.movedim
Tensor.t = shape.t
Tensor.squeeze = shape.squeeze
Tensor.unsqueeze = shape.unsqueeze
Tensor.broadcast_to = shape.broadcast_to
Tensor.expand = shape.expand
Tensor.expand_as = shape.expand_as
Tensor.repeat = shape.repeat
Tensor.tile = shape.tile
Tensor.repeat_interleave = shape.repeat_interleave
Tensor.flip = shape.flip
Tensor.roll = shape.roll
Tensor.narrow = shape.narrow
Tensor.unfold = striding.unfold
Tensor.as_strided = striding.as_strided
Tensor.split = shape.split
Tensor.chunk = shape.chunk
Tensor.unbind = shape.unbind
Tensor.clone = shape.clone
Tensor.contiguous = shape.contiguous
Tensor.tril = shape.tril
Tensor.triu = shape.triu
Tensor.diag = shape.diag
Tensor.diagonal = shape.diagonal
Tensor.trace = shape.trace
Tensor.tensor_split = joining.tensor_split
Tensor.hsplit = joining.hsplit
Tensor.vsplit = joining.vsplit
Tensor.dsplit = joining.dsplit
Tensor.split_with_sizes = joining.split_with_sizes
Tensor.unsafe_chunk = joining.unsafe_chunk
Tensor.fliplr = joining.fliplr
Tensor.flipud = joining.flipud
Tensor.rot90 = joining.rot90
Tensor.diag_embed = joining.diag_embed
Tensor.diagflat = joining.diagflat
Tensor.moveaxis = shape.movedim
Tensor.adjoint = shape.mT
Tensor.tril_ = in_place(shape.tril)
Tensor.triu_ = in_place(shape.triu)
Tensor.squeeze_ = reshaped_in_place(shape.squeeze)
Tensor.unsqueeze_ = reshaped_in_place(shape.unsqueeze)
Tensor.t_ = reshaped_in_place(shape.t)
Tensor.transpose_ = reshaped_in_place(shape.transpose)
Tensor.swapaxes_ = reshaped_in_place(shape.swapaxes)
Tensor.swapdims_ = reshaped_in_place(shape.swapdims)
Tensor.reshape_as = lambda self, other: shape.reshape(self, other.shape)
Tensor.view_as = lambda self, other: shape.reshape(self, other.shape)
Tensor.T = property(lambda self: shape._permute(self, tuple(range(self.array.ndim))[::-1]), doc="All dimensions reversed.")
Tensor.mT = property(lambda self: shape.transpose(self, -2, -1), doc="The last two dimensions exchanged.")
Tensor.H = property(lambda self: shape.t(self), doc="The transpose of a matrix of real numbers.")
Tensor.mH = Tensor.mT

# ---------------------------------------------------------------- picking elements

Tensor.nonzero = indexing.nonzero
Tensor.masked_select = indexing.masked_select
Tensor.select = indexing.select
Tensor.take_along_dim = indexing.take_along_dim
Tensor.gather = indexing.gather
Tensor.index_select = indexing.index_select
Tensor.take = indexing.take_flat
Tensor.argwhere = indexing.argwhere

# ---------------------------------------------------------------- putting elements

Tensor.scatter = scattering.scatter
Tensor.scatter_add = scattering.scatter_add
Tensor.scatter_reduce = scattering.scatter_reduce
Tensor.index_add = scattering.index_add
Tensor.index_copy = scattering.index_copy
Tensor.index_fill = scattering.index_fill
Tensor.index_reduce = scattering.index_reduce
Tensor.put = scattering.put
Tensor.masked_scatter = scattering.masked_scatter
Tensor.select_scatter = scattering.select_scatter
Tensor.slice_scatter = scattering.slice_scatter
Tensor.diagonal_scatter = scattering.diagonal_scatter
Tensor.index_put = scattering.index_put_values

Tensor.scatter_ = in_place(scattering.scatter)
Tensor.scatter_add_ = in_place(scattering.scatter_add)
Tensor.scatter_reduce_ = in_place(scattering.scatter_reduce)
Tensor.index_add_ = in_place(scattering.index_add)
Tensor.index_copy_ = in_place(scattering.index_copy)
Tensor.index_fill_ = in_place(scattering.index_fill)
Tensor.index_reduce_ = in_place(scattering.index_reduce)
Tensor.put_ = in_place(scattering.put)
Tensor.masked_scatter_ = in_place(scattering.masked_scatter)
Tensor.index_put_ = in_place(scattering.index_put_values, "index_put")

# ---------------------------------------------------------------- products

Tensor.matmul = products.matmul
Tensor.mm = products.mm
Tensor.bmm = products.bmm
Tensor.mv = products.mv
Tensor.dot = products.dot
Tensor.outer = products.outer
Tensor.vdot = products.vdot
Tensor.inner = products.inner
Tensor.ger = products.ger
Tensor.kron = products.kron
Tensor.cross = products.simple_cross
Tensor.addmm = products.addmm
Tensor.addmv = products.addmv
Tensor.addr = products.addr
Tensor.baddbmm = products.baddbmm
Tensor.addbmm = products.addbmm
Tensor.addmm_ = in_place(products.addmm)
Tensor.addmv_ = in_place(products.addmv)
Tensor.addr_ = in_place(products.addr)
Tensor.baddbmm_ = in_place(products.baddbmm)
Tensor.addbmm_ = in_place(products.addbmm)

# ---------------------------------------------------------------- matrices

Tensor.det = inverses.det
Tensor.slogdet = inverses.slogdet
Tensor.logdet = inverses.logdet
Tensor.inverse = inverses.inv
Tensor.matrix_power = inverses.matrix_power
Tensor.matrix_exp = inverses.matrix_exp
Tensor.cholesky_solve = inverses.cholesky_solve
Tensor.cholesky_inverse = inverses.cholesky_inverse
Tensor.cholesky = decompositions.cholesky
Tensor.qr = decompositions.simple_qr
Tensor.svd = decompositions.simple_svd
Tensor.pinverse = decompositions.simple_pinv
Tensor.norm = norms.simple_norm
Tensor.dist = distances.dist
Tensor.renorm = norms.renorm
Tensor.renorm_ = in_place(norms.renorm)

# ---------------------------------------------------------------- new tensors of the same dtype

Tensor.new_zeros = creation.of_the_same_dtype(creation.zeros)
Tensor.new_ones = creation.of_the_same_dtype(creation.ones)
Tensor.new_full = creation.of_the_same_dtype(creation.full)
Tensor.new_empty = creation.of_the_same_dtype(creation.empty)
Tensor.new_tensor = creation.of_the_same_dtype(creation.tensor)

# ---------------------------------------------------------------- spectra

Tensor.stft = spectrogram.stft
Tensor.istft = spectrogram.istft

# ---------------------------------------------------------------- element by element, in Python

Tensor.apply_ = filling.apply_
Tensor.map_ = filling.map_
Tensor.fill_diagonal_ = filling.fill_diagonal_

# ---------------------------------------------------------------- random numbers, in place

Tensor.uniform_ = random.uniform_
Tensor.normal_ = random.normal_
Tensor.bernoulli_ = random.bernoulli_
Tensor.exponential_ = random.exponential_
Tensor.log_normal_ = random.log_normal_
Tensor.geometric_ = random.geometric_
Tensor.cauchy_ = random.cauchy_
Tensor.random_ = random.random_
Tensor.bernoulli = random.bernoulli
Tensor.multinomial = random.multinomial

# ---------------------------------------------------------------- questions about the whole

Tensor.allclose = inspection.allclose
Tensor.is_complex = complex_numbers.is_complex
Tensor.is_signed = inspection.is_signed
Tensor.is_nonzero = inspection.is_nonzero
Tensor.equal = inspection.equal
Tensor.nelement = Tensor.numel
Tensor.ndimension = Tensor.dim

# ---------------------------------------------------------------- questions about the device: it is the CPU

Tensor.is_cuda = elsewhere
Tensor.is_mps = elsewhere
Tensor.is_xpu = elsewhere
Tensor.is_meta = elsewhere
Tensor.is_sparse = elsewhere
Tensor.is_quantized = elsewhere
Tensor.get_device = lambda self: -1
Tensor.cuda = cuda
Tensor.pin_memory = lambda self, device=None: self
Tensor.is_pinned = lambda self, device=None: False
Tensor.share_memory_ = lambda self: self
Tensor.is_shared = lambda self: False
Tensor.data_ptr = lambda self: self.array.ctypes.data
