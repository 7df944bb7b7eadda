"""Helpers around gradients, parameters and sequences, by PyTorch's paths."""

from minidl.nn.utils import parametrizations, parametrize, rnn
from minidl.nn.utils.clip_grad import (
    clip_grad_norm,
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from minidl.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters
from minidl.nn.utils.lora import add_lora, merge_lora
from minidl.nn.utils.rnn import pad_sequence
from minidl.nn.utils.weight_norm import remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm
