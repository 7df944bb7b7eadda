"""What lessons ask about devices and switches is answered, and what cannot be had is refused with a sentence."""

import numpy as np
import pytest

import minidl as md


def test_a_lesson_that_looks_for_a_device_finds_the_cpu():
    device = md.accelerator.current_accelerator().type if md.accelerator.is_available() else "cpu"
    assert device == "cpu"
    assert not md.mps.is_available()
    assert not md.xpu.is_available()
    assert md.version.cuda is None
    x = md.ones(2).to(device)
    assert [x.is_cuda, x.is_sparse, x.is_quantized, x.is_meta] == [False] * 4
    assert x.get_device() == -1


def test_a_tensor_does_not_move_to_a_gpu():
    with pytest.raises(md.errors.DeviceError, match="CPU alone"):
        md.ones(2).cuda()


def test_switches_that_change_nothing():
    md.use_deterministic_algorithms(True)
    md.set_float32_matmul_precision("high")
    assert md.are_deterministic_algorithms_enabled()
    assert md.get_float32_matmul_precision() == "highest"
    with pytest.raises(ValueError, match="medium"):
        md.set_float32_matmul_precision("low")


def test_kinds_have_the_names_that_pytorch_writes():
    assert md.ones(2).type() == md.typename(md.ones(2)) == "torch.FloatTensor"
    assert isinstance(md.float32, md.dtype)
    assert md.typename(np.ones(1)) == "numpy.ndarray"


def test_raw_bytes_become_numbers():
    assert md.frombuffer(b"\x07\x01\x00\x02\x00", dtype=md.int16, offset=1).tolist() == [1, 2]


def test_an_element_is_found():
    x = md.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert 3 in x
    assert 5 not in x
    assert [row.tolist() for row in reversed(x)] == [[3, 4], [1, 2]]


def test_a_function_of_python_has_no_gradient():
    with pytest.raises(md.errors.GraphError, match="no gradient follows"):
        md.ones(2, requires_grad=True).apply_(abs)


def test_what_is_missing_is_said_once():
    with pytest.raises(AttributeError) as caught:
        _ = md.nn.Linear(2, 2).wieght
    assert str(caught.value).count("Did you mean") == 1
    assert not caught.value.name
