"""minidl in the place of torch; `minidl.as_torch` switches it on.

A finder answers for ``import torch`` and all modules in it with stand-ins, whose names are those of minidl. What is asked
for in vain is noted, for one report at the end.
"""

import ast
import atexit
import difflib
import importlib
import importlib.abc
import importlib.util
import runpy
import sys
import traceback
from types import ModuleType

from minidl.errors import MinidlError
from minidl.system.files import read_whole

NEIGHBOURS = ("torchvision", "torchaudio", "torchtext")
ELSEWHERE = {  # modules of PyTorch that have another name here
    "torch.nn.parameter": "minidl.nn.module",
    "torch.nn.modules": "minidl.nn",
    "torch.nn.modules.module": "minidl.nn.module",
    "torch.nn.modules.loss": "minidl.nn.loss",
    "torch.nn.modules.activation": "minidl.nn.activation",
    "torch.optim.optimizer": "minidl.optim.optimizer",
    "torch.cuda.amp": "minidl.amp",
    "torch.utils.data.dataset": "minidl.data.dataset",
    "torch.utils.data.dataloader": "minidl.data.loader",
    "torch.utils.data.sampler": "minidl.data.samplers",
    "torch.utils.data.distributed": "minidl.data.distributed",
    "torch.nn.utils.clip_grad": "minidl.nn.utils",
}

asked: dict[str, str] = {}  # what was asked for in vain, and the nearest name that exists


class InPlaceOfTorch(ModuleType):
    """A module of PyTorch whose names are those of a module of minidl."""

    def __init__(self, name, stands_for):
        super().__init__(name, f"minidl in the place of {name}.")
        self.__dict__["_stands_for"] = stands_for
        self.__path__ = []

    def __getattr__(self, name):
        if name.startswith("__") and name != "__version__":
            return getattr(self._stands_for, name)
        full = f"{self.__name__}.{name}"
        if full in sys.modules:
            return sys.modules[full]
        try:
            found = getattr(self._stands_for, name)
        except AttributeError:
            if counterpart(full) is None:
                raise AttributeError(missing(full)) from None
            return importlib.import_module(full)
        return importlib.import_module(full) if isinstance(found, ModuleType) and counterpart(full) else found

    def __dir__(self):
        return dir(self._stands_for)


def counterpart(name):
    """The name of minidl's module in the place of one of PyTorch; None where there is none."""
    own = ELSEWHERE.get(name, f"minidl{name.removeprefix('torch')}")
    try:
        return own if importlib.util.find_spec(own) else None
    except ModuleNotFoundError:
        return None


def missing(full):
    """Note that something was asked for in vain; a sentence about it, with the nearest name."""
    parent, _, name = full.rpartition(".")
    own = counterpart(parent) if parent else None
    names = [n for n in dir(importlib.import_module(own)) if not n.startswith("_")] if own else []
    close = difflib.get_close_matches(name, names, 1, 0.6)
    asked[full] = f"{parent}.{close[0]}" if close else ""
    hint = f". Did you mean {asked[full]} ?" if close else ""
    return f"minidl, which stands in for torch here, has no {full}{hint}"


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for ``torch`` and all that is in it."""

    def find_spec(self, fullname, path=None, target=None):
        """A spec for PyTorch's modules; for those of its neighbours a sentence."""
        top = fullname.partition(".")[0]
        if top in NEIGHBOURS:
            asked[top] = ""
            raise ModuleNotFoundError(
                f"minidl stands in for torch alone, and {top} needs PyTorch itself. Data sets are in minidl.data",
                name=fullname,
            )
        if top != "torch":
            return None
        if fullname != "torch" and counterpart(fullname) is None:
            raise ModuleNotFoundError(missing(fullname), name=fullname)
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec):
        """The stand-in."""
        return InPlaceOfTorch(spec.name, importlib.import_module(counterpart(spec.name) or "minidl"))

    def exec_module(self, module):
        """Nothing is run: the names are there."""


finder = Finder()


def install():
    """Let ``import torch`` mean minidl from here on.

    Raises
    ------
    MinidlError
        When PyTorch itself is already imported.
    """
    there = sys.modules.get("torch")
    if there is not None and not isinstance(there, InPlaceOfTorch):
        raise MinidlError("PyTorch itself is already imported, and two libraries cannot have one name: start a new Python")
    if finder not in sys.meta_path:
        sys.meta_path.insert(0, finder)
        atexit.register(report)


def uninstall():
    """Let ``import torch`` mean PyTorch again, for what is imported from here on."""
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    for name in [name for name, module in sys.modules.items() if isinstance(module, InPlaceOfTorch)]:
        del sys.modules[name]
    atexit.unregister(report)
    asked.clear()


def report(file=None):
    """Say once what was asked for in vain, one name a line; nothing if there was nothing."""
    if not asked:
        return
    print(f"minidl does not have {len(asked)} of the names that were asked of torch:", file=file or sys.stderr)
    for name, nearest in sorted(asked.items()):
        print(f"    {name}" + (f"    (there is {nearest})" if nearest else ""), file=file or sys.stderr)
    asked.clear()


def lacking(source):
    """The names of torch that a Python source uses and minidl does not have, noted for `report` too.

    >>> lacking("import torch.nn as nn\\nnn.Linear(2, 3); nn.Linaer(2, 3)")
    ['torch.nn.Linaer']
    >>> asked.clear()  # the report at the end does not need it
    """
    tree = ast.parse(source)  # bytes, if it comes from a file: the source says its encoding
    known = {}  # names of the source, and what of torch they stand for
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == "torch":
                    known[alias.asname or "torch"] = alias.name if alias.asname else "torch"
                    used.add(alias.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "torch" and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                used.add(f"{node.module}.{alias.name}".removesuffix(".*"))
    for node in ast.walk(tree):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if parts and isinstance(node, ast.Name) and node.id in known:
            used.add(".".join([known[node.id], *reversed(parts)]))
    found = [first for first in map(_first_missing, sorted(used)) if first]
    for name in found:
        missing(name)
    return sorted(set(found))


def _first_missing(path):
    """The first part of a dotted name of torch that does not exist; None where all of it does."""
    parts, thing = path.split("."), importlib.import_module("minidl")
    for i in range(1, len(parts)):
        name = ".".join(parts[: i + 1])
        own = counterpart(name)
        try:
            thing = getattr(thing, parts[i]) if own is None else importlib.import_module(own)
        except AttributeError:
            return name
        if not isinstance(thing, ModuleType):
            return None  # what a class or a function has is seen when it is used
    return None


def run_lesson(path, arguments=()):
    """Run a script as ``python path arguments`` would, with minidl in the place of torch.

    Returns
    -------
    int
        1 after an error, whose traceback was printed; else 0.

    Raises
    ------
    MinidlError
        When there is no such script, or it cannot be read.
    """
    try:
        source = read_whole(path)
    except OSError as error:
        raise MinidlError(f"the script {path} cannot be read: {error.strerror}") from error
    install()
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        lacking(source)
        runpy.run_path(str(path), run_name="__main__")
    except Exception as error:  # the lesson's own
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != str(path):
            trace = trace.tb_next
        traceback.print_exception(error.with_traceback(trace))
        return 1
    finally:
        report()
    return 0
