"""The functions behind the layers, by PyTorch's names."""

from minidl.ops.activation import (
    elu,
    gelu,
    glu,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    mish,
    normalize,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    softsign,
)  # fmt: skip
from minidl.ops.attention import scaled_dot_product_attention
from minidl.ops.convolution import conv1d, conv2d, conv_transpose2d
from minidl.ops.dropout import dropout, dropout2d
from minidl.ops.elementwise import tanh
from minidl.ops.embedding import embedding
from minidl.ops.indexing import one_hot
from minidl.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cosine_similarity,
    cross_entropy,
    ctc_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    pairwise_distance,
    smooth_l1_loss,
    triplet_margin_loss,
)  # fmt: skip
from minidl.ops.normalization import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from minidl.ops.pooling import avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from minidl.ops.products import linear
from minidl.ops.resizing import adaptive_avg_pool2d, interpolate, pad, pixel_shuffle, unfold
