"""Samples of every operation, written so that they run on minidl and on PyTorch alike.

A sample is a line of Python in which ``T`` is the library, ``F`` its nn.functional, and a, b, c, ... the
inputs: ``sample("T.gather(a, 1, b)", "3,4", "#4:3,2")``. An input is described by its shape and, before
it, by what may stand in it:

    "3,4"    normal numbers            ">3,4"   positive numbers, 0.5 to 2
    "~3,4"   numbers from -0.9 to 0.9  "#5:3,4" whole numbers from 0 to 4
    "?3,4"   booleans                  "=..."   the list itself (with nan and inf)
    "0:3,4"  normal numbers with some zeros      "s" alone: a tensor without dimensions

``corner=True`` says that the line has corners at its inputs: it is compared with PyTorch, but not with
finite differences. No gradient is asked for an input that the line detaches (``c.detach()``).
``in_torch="T.log(T.cosh(a))"`` is what PyTorch computes instead, where it lacks the operation.

The samples stand in this folder, one file for each shelf of `minidl.ops`. What PyTorch computes for them
is kept in tests/fixtures/operations, a line for each sample under its own words (tests/fixtures/make_operations.py).
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.ops.samples.recurrence import recurrent
from tests.ops.samples.sample import Sample, mix, sample

SHELVES = {
    module.name: import_module(f"{__name__}.{module.name}").SAMPLES
    for module in iter_modules(__path__)
    if module.name != "sample"
}
SAMPLES = {sample.key: sample for samples in SHELVES.values() for sample in samples}
HELPERS = {"recurrent": recurrent}  # what a line may call besides the library

__all__ = ["HELPERS", "SAMPLES", "SHELVES", "Sample", "mix", "sample"]
