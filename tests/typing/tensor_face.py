"""The typed face of Tensor, minidl/engine/tensor.pyi, for editors and type checkers: `python -m tests.typing.tensor_face`.

Operations are hung on the class one by one (minidl/ops/methods.py), which no type checker follows. This script asks the
finished class what it has and writes it down; a test compares the file with the class.
"""

import inspect
import json
from keyword import iskeyword
from pathlib import Path

import minidl as md
from tests.parity.signatures import understood_name

PYTORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "signatures.json").read_text())
FACE = Path(md.__file__).parent / "engine" / "tensor.pyi"
HEAD = '''"""The typed face of Tensor; made by `python -m tests.typing.tensor_face`, not by hand."""

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

'''
FOOT = """
def __getattr__(name: str) -> Any: ...  # what else the module has is for the engine alone
"""
ATTRIBUTES = {
    "array": "np.ndarray",
    "node": "Any",
    "requires_grad": "builtins.bool",
    "_requires_grad": "builtins.bool",
    "hooks": "list[Callable] | None",
}
OTHER_THAN_TENSOR = {  # what properties and methods give that is not a Tensor
    "builtins.int": """
        ndim itemsize nbytes dim numel nelement ndimension element_size data_ptr get_device __int__ __index__ __len__
    """,
    "builtins.bool": """
        is_leaf is_contiguous is_floating_point is_complex is_signed is_nonzero is_pinned is_shared is_cuda is_mps is_xpu
        is_meta is_sparse is_quantized allclose equal __bool__ __contains__
    """,
    "builtins.float": "__float__",
    "builtins.int | builtins.float | builtins.bool": "item",
    "str": "__repr__ __format__ _repr_html_",
    "None": "__init__ __setitem__ backward retain_grad zero_grad",
    "np.ndarray": "numpy __array__",
    "Iterator[Tensor]": "__iter__",
    "Tensor | None": "grad",
    "Any": """
        frexp gradient
        shape dtype grad_fn device size stride tolist register_hook type
        max min sort topk median nanmedian mode cummax cummin kthvalue split chunk unbind tensor_split hsplit vsplit dsplit
        histogram unique unique_consecutive slogdet svd qr eigh lstsq frexp aminmax std_mean var_mean nonzero
        __array_ufunc__ __array_function__ __reduce_ex__ __getstate__ __setstate__
    """,
}
RETURNS = {name: kind for kind, names in OTHER_THAN_TENSOR.items() for name in names.split()}


def face():
    """The text of the file."""
    lines = [HEAD, "class Tensor:\n"]
    lines += [f"    {name}: {kind}\n" for name, kind in ATTRIBUTES.items()]
    members = {name: value for name, value in vars(md.Tensor).items() if worth_showing(name, value)}
    for name in sorted(members, key=lambda name: (not name.startswith("__"), name)):
        lines += member(name, members[name])
    return "".join(lines) + FOOT


def worth_showing(name, value):
    """Whether a member of the class belongs into its face."""
    if name.startswith("_") and not (name.startswith("__") and callable(value)) and name not in ("_repr_html_", "_cast"):
        return False
    return name not in (*ATTRIBUTES, "__class__", "__hash__", "__slots__", "__getattr__")


def member(name, value):
    """The lines for one member."""
    if isinstance(value, property):
        kind = RETURNS.get(name, "Tensor")
        lines = ["    @property\n", f"    def {name}(self) -> {kind}: ...\n"]
        if value.fset:
            lines += [f"    @{name}.setter\n", f"    def {name}(self, value: Any) -> None: ...\n"]
        return lines
    decorator = ["    @staticmethod\n"] if isinstance(value, staticmethod) else []
    function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    doubt = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""  # object's give a bool
    shown = f"    def {name}({parameters(name, function, bool(decorator))}) -> {RETURNS.get(name, 'Tensor')}: ...{doubt}\n"
    return [*decorator, shown]


def pytorch_names(method, function):
    """What PyTorch calls the arguments of a method: minidl's name -> PyTorch's, which is understood as well."""
    found = {}
    for overload in PYTORCH.get(f"Tensor.{method}", []):
        for argument, *_ in overload:
            own = None if argument == "*" or iskeyword(argument) else understood_name(function, argument)
            if own:
                found.setdefault(own, argument)
    return found


def parameters(method, function, static):
    """The parameters of a method as they are written in its face, by PyTorch's names; the first is the tensor itself."""
    names = pytorch_names(method, function)
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return "self, *args: Any, **kwargs: Any"
    shown = []
    for k, p in enumerate(found):
        if k == 0 and not static and p.kind is not p.VAR_POSITIONAL:
            shown.append("self")
        elif p.kind is p.VAR_POSITIONAL:
            shown += ["self", f"*{p.name}: Any"] if k == 0 and not static else [f"*{p.name}: Any"]
        elif p.kind is p.VAR_KEYWORD:
            shown.append(f"**{p.name}: Any")
        else:
            if p.kind is p.KEYWORD_ONLY and not any(s.startswith("*") for s in shown):
                shown.append("*")
            shown.append(f"{names.get(p.name, p.name)}: Any" + ("" if p.default is p.empty else " = ..."))
    numpys = [f"{numpy}: Any = ..." for numpy, own in (("axis", "dim"), ("keepdims", "keepdim")) if own in spelled(function)]
    if numpys and not any(s.startswith("*") for s in shown):
        shown.append("*")
    return ", ".join(shown + numpys)


def spelled(function):
    """The arguments that may also be called by NumPy's names: those of operations, and of what takes any spelling."""
    own = inspect.unwrap(function)
    return inspect.signature(own).parameters if own is not function else {}


if __name__ == "__main__":
    FACE.write_text(face(), encoding="utf-8")
