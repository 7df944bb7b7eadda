"""The bilinear form: products of all pairs of two inputs, weighted."""

from minidl.errors import ShapeError, aligned
from minidl.ops.einsum import einsum


def bilinear(input1, input2, weight, bias=None):
    """Every output is a weighted sum of all products of an element of one input with one of the other.

    Parameters
    ----------
    input1, input2 : Tensor, shape (..., in1_features), (..., in2_features)
    weight : Tensor, shape (out_features, in1_features, in2_features)
    bias : Tensor, shape (out_features,), optional

    Raises
    ------
    ShapeError
        When the inputs differ but in their last dimension, or that does not fit the weight.
    """
    if input1.shape[:-1] != input2.shape[:-1] or (input1.shape[-1:] + input2.shape[-1:]) != tuple(weight.shape[1:]):
        shapes = aligned([("input1", input1.shape), ("input2", input2.shape), ("weight", weight.shape)])
        raise ShapeError(f"bilinear needs inputs alike but in their last dimension, which the weight names\n{shapes}")
    y = einsum("...i,oij,...j->...o", input1, weight, input2)
    return y if bias is None else y + bias
