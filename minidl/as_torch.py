"""minidl in the place of torch: a PyTorch lesson runs unchanged where PyTorch is not installed.

After ``import minidl.as_torch`` (in a notebook also ``%load_ext minidl.as_torch``) ``import torch``, ``torch.nn``,
``torch.utils.data`` and so on mean minidl; ``minidl torch lesson.py`` does so for one script. What a lesson asks for and
minidl does not have is reported together at the end::

    import minidl.as_torch
    import torch
    torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
"""

from minidl.interop.in_place_of_torch import install, report, uninstall


def load_ipython_extension(ipython):
    """``%load_ext minidl.as_torch``: switch on, and report after each cell."""
    install()
    ipython.events.register("post_run_cell", _after_cell)


def unload_ipython_extension(ipython):
    """``%unload_ext minidl.as_torch``: switch off."""
    ipython.events.unregister("post_run_cell", _after_cell)
    uninstall()


def _after_cell(result):
    report()


install()
