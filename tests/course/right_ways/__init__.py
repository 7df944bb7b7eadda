"""Two ways, or more, to be right: an exercise judges the result, not the way to it.

Each chapter has a file, with an entry for each of its exercises. An entry gives the answers when it is called, since some
of them are trained first.
"""

from importlib import import_module
from pkgutil import iter_modules

RIGHT_WAYS = {}
for _module in iter_modules(__path__):
    if _module.name.startswith("ch"):
        RIGHT_WAYS |= import_module(f"{__name__}.{_module.name}").RIGHT_WAYS
