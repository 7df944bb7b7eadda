"""PyTorch's ``torch.jit`` and ``torch.compile``: what is compiled there is run as it is here."""

from minidl.amp import say_once
from minidl.errors import MinidlError


def compile(
    model=None,
    *,
    fullgraph=False,
    dynamic=None,
    backend=None,
    mode=None,
    options=None,
    disable=False,
    name=None,
    recompile_limit=None,
    isolate_recompiles=False,
    shapes_spec=None,
):
    """The model (or function) itself: there is nothing to compile. Also as a decorator.

    >>> import minidl as md
    >>> double = md.compile(lambda x: 2 * x, disable=True)
    >>> double(md.ones(2))
    tensor([2., 2.])
    """
    if not disable:
        say_once(
            "compile() gives back what it is given: minidl runs each operation on NumPy, and there is nothing to compile"
        )
    return (lambda function: function) if model is None else model


def script(obj, optimize=None, example_inputs=None):
    """The module or function itself."""
    return obj


def trace(func, example_inputs=None, **kwargs):
    """The module or function itself. (PyTorch's freezes what depends on the example.)"""
    return func


def ignore(drop=False, **kwargs):
    """A decorator that changes nothing."""
    return drop if callable(drop) else (lambda function: function)


def export(function):
    """A decorator that changes nothing."""
    return function


unused = export


def is_scripting():
    """Always False: the code is run by Python."""
    return False


is_tracing = is_scripting


def save(m, f, **kwargs):
    """Refused: a file of code and weights together is only for PyTorch."""
    raise MinidlError(
        "jit.save writes a program, which only PyTorch runs. Save the weights, md.save(model.state_dict(), path), or a file "
        "that many programs run, md.interop.export_onnx(model, example, path)"
    )


def load(f, **kwargs):
    """Refused: the file holds a program."""
    raise MinidlError("a file of jit.save holds a program, which only PyTorch runs: load its weights there, and save those")
