"""Special functions, by PyTorch's names (`torch.special`)."""

from minidl.ops.activation import log_softmax, softmax
from minidl.ops.activation import sigmoid as expit
from minidl.ops.elementwise import exp2, expm1, log1p, logit, round, sinc, xlogy
from minidl.ops.gamma import digamma, i0, i1, polygamma
from minidl.ops.gamma import digamma as psi
from minidl.ops.gamma import lgamma as gammaln
from minidl.ops.gamma import mvlgamma as multigammaln
from minidl.ops.reduction import logsumexp
from minidl.ops.special import entr, erf, erfc, erfinv, ndtr, xlog1py

__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "i0",
    "i1",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]
