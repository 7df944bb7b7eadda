"""Where the time goes: what a model computes and moves, layer by layer, and what this machine can do.

>>> import minidl as md
>>> from minidl.profile import profile
>>> profile(md.nn.Sequential(md.nn.Linear(64, 32), md.nn.ReLU()), md.zeros(10, 64)).flops("forward")
41600
"""

from minidl.profile.costs import backward_flops, flops
from minidl.profile.machine import Machine, measure_machine
from minidl.profile.profiling import Entry, Profile, profile

__all__ = ["Entry", "Machine", "Profile", "backward_flops", "flops", "measure_machine", "profile"]
