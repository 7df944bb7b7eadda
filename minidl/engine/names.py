"""Names that do not exist: the nearest one that does, or why PyTorch has it and minidl does not."""

from types import ModuleType

from minidl.engine.dtypes import PAIRS

SAID: dict = {"name": "", "obj": None}  # keeps Python from adding a suggestion of its own behind ours
REASONS = {
    "bfloat16": "NumPy has no bfloat16, so neither has minidl. On a CPU float32 is as fast; to save memory use float16",
    **dict.fromkeys("complex64 complex128 complex32 cfloat cdouble chalf".split(), f"a tensor holds real numbers. {PAIRS}"),
    "sparse_coo_tensor": "all tensors are dense here. A gradient of an embedding is kept small by itself",
    "quantize_per_tensor": "integers of few bits are for fast inference, for which a trained model is exported: "
    "minidl.interop.to_onnx",
    "sparse": "all tensors are dense here",
    "hub": "nothing is downloaded. minidl.load reads a .pth file",
    "multiprocessing": "DataLoader(num_workers=...) works in threads, or in processes if asked",
    "profiler": "what an operation did and on which line is shown by minidl.watch()",
    "eig": "Did you mean minidl.linalg.eig ?",
    "symeig": "Did you mean minidl.linalg.eigh ?",
    "solve": "Did you mean minidl.linalg.solve ?",
    "triangular_solve": "Did you mean minidl.linalg.solve_triangular ?",
    "lu": "NumPy has no LU. Did you mean minidl.linalg.solve, or minidl.linalg.qr ?",
    "DataParallel": "there is no GPU to share a batch with. For several processes: nn.parallel.DistributedDataParallel",
}


def missing(owner, name, there, reasons=REASONS):
    """The AttributeError for a name that `owner` ("module 'minidl'") does not have, with help."""
    if name in reasons:
        end = "" if reasons[name].endswith("?") else "."
        return AttributeError(f"{owner} has no {name!r}: {reasons[name]}{end}", **SAID)
    from difflib import get_close_matches  # only after a mistake

    public = [n for n in there if not n.startswith("_")] if not name.startswith("_") else []
    near = [n for n in public if n.lower() == name.lower()] or get_close_matches(name, public, 3, 0.7)
    hint = f". Did you mean {', '.join(near[:-1]) + ' or ' if len(near) > 1 else ''}{near[-1]} ?" if near else ""
    return AttributeError(f"{owner} has no attribute {name!r}{hint}", **SAID)


class _CalledByMistake(ModuleType):
    """A module whose name differs from that of its class by the capital letters alone: `optim.sgd`, `nn.linear`."""

    def __call__(self, *args, **kwargs):
        package, _, name = self.__name__.rpartition(".")
        meant = next(n for n in vars(self) if n != name and n.lower() == name)
        raise TypeError(f"{self.__name__} is a module, and cannot be called. Did you mean {package}.{meant}(...) ?")


def expect_calls(names):
    """Let the modules among `names` that are called like a class tell of the class when somebody calls them."""
    classes = {name.lower() for name, value in names.items() if isinstance(value, type)}
    for name, value in names.items():
        if type(value) is ModuleType and name in classes:
            value.__class__ = _CalledByMistake
