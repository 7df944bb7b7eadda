"""Every argument of PyTorch's is understood, by its name; the fixture says which there are."""

import inspect
import json
from pathlib import Path

import pytest

import minidl as md
from minidl.engine.calling import with_own_names
from minidl.engine.registry import REGISTRY
from tests.parity.differences import ARGUMENTS

PYTORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "signatures.json").read_text())


def ours(name):
    """minidl's function of that name."""
    function = md
    for part in name.split(".")[1:]:
        function = getattr(function, part)
    return function


def understands(function, argument):
    """Whether a function may be called with an argument of this name."""
    own = inspect.unwrap(function)
    if argument in inspect.signature(own).parameters:
        return True
    if own is function and function not in REGISTRY.values():
        return False
    try:
        with_own_names(own, (), {argument: None})
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("name", PYTORCH)
def test_every_argument_of_pytorch_is_understood(name):
    asked = {argument for overload in PYTORCH[name] for argument in overload} - {"*", *ARGUMENTS.get(name, {})}
    assert {argument for argument in asked if not understands(ours(name), argument)} == set()


def test_what_is_listed_as_different_is_different():
    for name, arguments in ARGUMENTS.items():
        for argument in arguments:
            assert not understands(ours(name), argument), f"{name}({argument}=...) is understood by now"
