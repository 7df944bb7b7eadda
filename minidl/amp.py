"""PyTorch's ``torch.amp``: automatic mixed precision, which is for GPUs. Lessons that use it run, in float32 throughout."""

import warnings
from functools import wraps

from minidl.errors import DtypeError

said: set[str] = set()  # what was said already: once is enough


def say_once(text):
    """A warning, the first time that it is given."""
    if text not in said:
        said.add(text)
        warnings.warn(text, stacklevel=3)


class autocast:
    """Off, as in PyTorch on a machine without a GPU: inside, as outside, everything is computed in the dtype of its tensors.

    As a ``with`` block or a decorator. On a GPU PyTorch computes part of what stands inside in half the precision, which is
    faster there.

    Parameters
    ----------
    device_type : str
        "cuda", or another accelerator: there is none, so nothing changes. On "cpu" PyTorch rounds to bfloat16.
    dtype, enabled, cache_enabled
        Accepted for the sake of PyTorch's lessons.

    Raises
    ------
    DtypeError
        For "cpu", unless ``enabled=False``: NumPy has no bfloat16, and other numbers than PyTorch's would be wrong silently.
    """

    def __init__(self, device_type="cuda", dtype=None, enabled=True, cache_enabled=None):
        if isinstance(device_type, bool):  # torch.cuda.amp.autocast(enabled)
            enabled = device_type
        elif enabled and str(device_type) == "cpu":
            raise DtypeError(
                "autocast on a CPU rounds to bfloat16 in PyTorch. NumPy has no bfloat16, so minidl cannot do it: leave it "
                "out, or say enabled=False, and everything is computed in float32"
            )
        if enabled:
            say_once("autocast changes nothing in minidl: it saves time on a GPU, and there is none; all is float32")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __call__(self, function):
        """The function itself, as a decorator must."""

        @wraps(function)
        def inside(*args, **kwargs):
            return function(*args, **kwargs)

        return inside


class GradScaler:
    """Off, as in PyTorch on a machine without a GPU: float32 has room for small gradients, so they need not be scaled.

    >>> scaler = GradScaler(enabled=False)
    >>> scaler.get_scale()
    1.0
    """

    def __init__(
        self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True
    ):
        if enabled:
            say_once("GradScaler changes nothing in minidl: gradients in float32 do not vanish for want of precision")

    def scale(self, outputs):
        """The loss as it is."""
        return outputs

    def unscale_(self, optimizer):
        """Gradients are not scaled, and stay as they are."""

    def step(self, optimizer, *args, **kwargs):
        """A step of the optimiser."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """There is no scale to adapt."""

    def get_scale(self):
        """Always 1."""
        return 1.0

    def is_enabled(self):
        """Always False."""
        return False

    def state_dict(self):
        """Nothing to save."""
        return {}

    def load_state_dict(self, state_dict):
        """Nothing to take over."""
