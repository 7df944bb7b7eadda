"""Learning from people without learning them by heart: differentially private gradients, and what they cost.

The names are those of Opacus, PyTorch's library for this; chapter 26 of the course derives what stands here.
"""

from minidl.privacy.accountant import compute_rdp, get_noise_multiplier, get_privacy_spent
from minidl.privacy.gradients import clip_per_sample, per_sample_gradients, private_gradients

__all__ = [
    "clip_per_sample",
    "compute_rdp",
    "get_noise_multiplier",
    "get_privacy_spent",
    "per_sample_gradients",
    "private_gradients",
]
