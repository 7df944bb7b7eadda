"""PyTorch's names for what is there, and what minidl says where it has none."""

import numpy as np
import pytest

import minidl as md


def test_a_device_is_a_name_with_parts():
    cpu, gpu = md.device("cpu"), md.device("cuda", 1)
    assert (cpu.type, cpu.index, gpu.type, gpu.index) == ("cpu", None, "cuda", 1)
    assert str(gpu) == "cuda:1"
    assert repr(gpu) == "device(type='cuda', index=1)"
    assert md.ones(2).device == cpu == "cpu"
    assert md.device(cpu) == cpu
    assert md.device("cuda:1") == gpu != md.device("cuda")
    with pytest.raises(md.errors.DeviceError, match="is not a device"):
        md.device("toaster")


def test_the_usual_choice_of_a_device_leads_to_the_cpu():
    device = md.device("cuda" if md.cuda.is_available() else "mps" if md.backends.mps.is_available() else "cpu")
    x = md.ones(2, device=device)
    assert x.to(device) is x
    assert x.to(device, md.float64).dtype == md.float64
    assert x.to(md.ones(1, dtype=md.float64)).dtype == md.float64
    assert x.to("cpu", non_blocking=True) is x
    assert md.get_default_device() == device
    md.set_default_device(device)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: md.ones(2).to("cuda"),
        lambda: md.ones(2, device="cuda:0"),
        lambda: md.ones(2).to(md.device("mps")),
        lambda: md.set_default_device("cuda"),
        md.cuda.current_device,
        lambda: md.cuda.set_device(0),
        lambda: md.Generator("cuda"),
    ],
)
def test_a_gpu_is_refused_with_the_way_there(ask):
    with pytest.raises(md.errors.DeviceError, match="computes on the CPU alone"):
        ask()


def test_what_a_program_does_for_a_gpu_changes_nothing():
    md.cuda.manual_seed_all(0)
    md.cuda.synchronize()
    md.cuda.empty_cache()
    md.backends.cudnn.deterministic = True
    md.backends.cudnn.benchmark = False
    assert md.cuda.device_count() == md.cuda.memory_allocated() == 0


def test_a_shape_tells_its_number_of_elements():
    x = md.ones(2, 3)
    assert x.shape.numel() == x.size().numel() == 6
    assert x.shape == (2, 3)
    assert isinstance(x.shape, md.Size)


def test_constants():
    assert (md.pi, md.e, md.inf) == (np.pi, np.e, np.inf)
    assert np.isnan(md.nan)


def test_the_class_takes_sizes_or_numbers():
    assert md.Tensor(2, 3).shape == (2, 3)
    assert md.Tensor(5).shape == (5,)
    assert md.Tensor().shape == (0,)
    assert md.Tensor(md.ones(2, 3).shape).shape == (2, 3)
    assert md.Tensor([1, 2]).dtype == md.float32
    assert md.Tensor([1, 2], dtype=md.int64).dtype == md.int64
    assert md.Tensor(np.array([1, 2])).dtype == md.int64
    with pytest.raises(TypeError, match="takes sizes"):
        md.Tensor([1.0], [2.0])


def test_old_constructors():
    assert md.FloatTensor([1, 2]).dtype == md.float32
    assert md.LongTensor([1.0, 2.0]).tolist() == [1, 2]
    assert md.DoubleTensor(2, 3).shape == (2, 3)
    assert md.range(1, 3).tolist() == [1, 2, 3]
    md.set_default_tensor_type("torch.DoubleTensor")
    try:
        assert md.ones(1).dtype == md.float64
    finally:
        md.set_default_tensor_type(md.FloatTensor)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: md.sofmax, r"no attribute 'sofmax'. Did you mean .*softmax"),
        (lambda: md.bfloat16, "NumPy has no bfloat16"),
        (lambda: md.complex64, "Complex numbers are pairs"),
        (lambda: md.symeig, r"linalg.eigh \?$"),
        (lambda: md.hub, "minidl.load"),
        (lambda: md.nn.DataParallel, "DistributedDataParallel"),
    ],
)
def test_a_name_that_is_missing_comes_with_help(ask, words):
    with pytest.raises(AttributeError, match=words):
        ask()


def test_bfloat16_is_refused_with_the_way_out():
    for ask in (md.ones(1).bfloat16, md.nn.Linear(1, 1).bfloat16):
        with pytest.raises(md.errors.DtypeError, match=r"there is no bfloat16. Did you mean \w+\.half\(\) \?"):
            ask()


def test_numbers_that_a_dtype_cannot_hold_are_refused():
    for make in (
        lambda: md.tensor(300, dtype=md.int8),
        lambda: md.tensor([1, -300], dtype=md.uint8),
        lambda: md.full((2,), 300, dtype=md.int8),
        lambda: md.tensor(1e10, dtype=md.int32),
    ):
        with pytest.raises(md.errors.DtypeError, match="does not fit into"):
            make()
    assert md.tensor(-1, dtype=md.uint8).item() == 255
    assert md.tensor(np.array(300), dtype=md.int8).item() == 44  # an array is brought to the dtype, as in PyTorch


def test_assert_close_says_where_two_tensors_differ():
    md.testing.assert_close({"a": md.ones(2)}, {"a": md.ones(2) + 1e-7})
    with pytest.raises(AssertionError, match=r"1 of 2 elements at 'a' are not close.*at \(1,\): 1.0 and 2.0"):
        md.testing.assert_close({"a": md.ones(2)}, {"a": md.tensor([1.0, 2.0])})
    with pytest.raises(AssertionError, match="dtypes differ"):
        md.testing.assert_close(md.ones(2), md.ones(2, dtype=md.float64))
    with pytest.raises(AssertionError, match=r"shapes at .0. differ"):
        md.testing.assert_close([md.ones(2)], [md.ones(3)])


def test_the_random_stream_can_be_set_back():
    md.manual_seed(3)
    state = md.get_rng_state()
    first = md.randn(5).tolist()
    md.set_rng_state(state)
    assert md.randn(5).tolist() == first
    md.manual_seed(3)
    with md.random.fork_rng():
        md.rand(7)
    assert md.randn(5).tolist() == first
    assert md.Generator().manual_seed(3).clone_state().initial_seed() == md.initial_seed() == 3
    assert md.seed() == md.initial_seed()


def test_printing_by_profile():
    x = md.tensor([0.123456, 1000.5])
    try:
        md.set_printoptions(sci_mode=True)
        assert repr(x) == "tensor([1.2346e-01, 1.0005e+03])"
        md.set_printoptions(profile="short", sci_mode=False)
        assert repr(x) == "tensor([   0.12, 1000.50])"
    finally:
        md.set_printoptions(profile="default")
    assert md.get_printoptions()["precision"] == 4
