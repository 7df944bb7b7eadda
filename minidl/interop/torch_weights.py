"""Weights to and from PyTorch: the keys are the same, so only the arrays change hands."""

import numpy as np

from minidl.errors import MinidlError


def from_torch(module, torch_module, strict=True):
    """Take over the weights of a PyTorch module that is built in the same way.

    Raises
    ------
    MinidlError
        When the keys or shapes differ; it lists them, and nothing is changed.
    """
    module.load_state_dict({key: t.detach().cpu().numpy() for key, t in torch_module.state_dict().items()}, strict)
    return module


def to_torch(module, torch_module, strict=True):
    """Give the weights to a PyTorch module that is built in the same way.

    Raises
    ------
    MinidlError
        When PyTorch is not installed.
    """
    try:
        import torch  # late: an optional package
    except ImportError as error:
        raise MinidlError("PyTorch is not installed in this environment: pip install torch") from error
    weights = {key: torch.from_numpy(np.array(t.array)) for key, t in module.state_dict().items()}
    torch_module.load_state_dict(weights, strict=strict)
    return torch_module
