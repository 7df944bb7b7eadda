"""What all tests share."""

import os

import pytest
from hypothesis import settings

import minidl as md
from tests.fuzzing import TABLE, table_of

collect_ignore_glob = ["fixtures/*", "__main__.py"]

# Hypothesis tries the same inputs in every run of `make test`; with MINIDL_FUZZ (`make fuzz`) it tries others.
settings.register_profile("minidl", deadline=None, max_examples=60, derandomize="MINIDL_FUZZ" not in os.environ)
settings.load_profile("minidl")


@pytest.fixture(autouse=True)
def _same_start():
    """Every test starts from the same seed and leaves no setting behind."""
    md.manual_seed(0)
    yield
    assert md.is_grad_enabled(), "a test left gradients switched off"
    md.set_default_dtype(md.float32)


# What takes longest; the browser's tests before all, because they share pages, and only what comes last is taken by others.
FIRST = ("tests/browser/", "tests/notebooks/test_running.py")


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: at the end no processor waits for another one's long test."""
    items.sort(key=lambda item: next((k for k, begin in enumerate(FIRST) if item.nodeid.startswith(begin)), len(FIRST)))


def pytest_terminal_summary(terminalreporter):
    """What fuzzers have tried, where that was more than a few seconds' worth."""
    if TABLE and "MINIDL_FUZZ" in os.environ:
        terminalreporter.section("tried")
        for line in table_of(TABLE):
            terminalreporter.write_line(line)
