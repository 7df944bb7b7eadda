"""What all tests share."""

import pytest

import minidl as md

collect_ignore_glob = ["fixtures/*", "__main__.py"]


@pytest.fixture(autouse=True)
def _same_start():
    """Every test starts from the same seed and leaves no setting behind."""
    md.manual_seed(0)
    yield
    assert md.is_grad_enabled(), "a test left gradients switched off"
    md.set_default_dtype(md.float32)
