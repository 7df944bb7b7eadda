"""Tensors are real: a complex dtype or number is refused, and the way out is named: pairs of tensors."""

import numpy as np
import pytest

import minidl as md

REFUSED = {
    "tensor(1j)": lambda: md.tensor(1j),
    "from_numpy": lambda: md.from_numpy(np.array([1j])),
    "zeros": lambda: md.zeros(2, dtype=complex),
    "empty": lambda: md.empty(2, dtype=np.complex64),
    "full": lambda: md.full((2,), 1j),
    "scalar_tensor": lambda: md.scalar_tensor(1j),
    "randn": lambda: md.randn(2, dtype=np.complex64),
    "rand": lambda: md.rand(2, dtype=np.complex64),
    "arange": lambda: md.arange(3, dtype=complex),
    "to": lambda: md.ones(2).to(np.complex64),
    "type": lambda: md.ones(2).type(complex),
    "view": lambda: md.ones(2).view(np.complex64),
    "sum": lambda: md.ones(2).sum(dtype=complex),
    "cumsum": lambda: md.ones(2).cumsum(0, dtype=complex),
    "softmax": lambda: md.ones(2).softmax(0, dtype=complex),
    "fill_": lambda: md.ones(2).fill_(1j),
    "x[0] = 1j": lambda: md.ones(2).__setitem__(0, 1j),
    "Linear": lambda: md.nn.Linear(2, 2, dtype=np.complex64),
}


@pytest.mark.parametrize("name", REFUSED)
def test_complex_numbers_are_refused_with_the_way_out(name):
    with pytest.raises(md.errors.DtypeError, match=r"real numbers, not complex\d+.*minidl.complex\(real, imag\)"):
        REFUSED[name]()


@pytest.mark.parametrize("name", "complex64 complex128 cfloat cdouble complex32 chalf".split())
def test_the_dtypes_are_not_there_and_say_why(name):
    with pytest.raises(AttributeError, match=r"real numbers.*minidl.polar"):
        getattr(md, name)


def test_the_length_and_angle_of_zero_have_no_slope():
    silence = md.zeros(8, requires_grad=True)
    z = md.fft.rfft(silence)
    (z.abs().sum() + z.angle().sum()).backward()
    assert silence.grad.tolist() == [0] * 8


def test_a_pair_knows_what_it_is():
    z = md.complex(md.ones(2, 3), md.zeros(3))
    assert md.is_complex(z)
    assert not md.is_complex(md.ones(1))
    assert (z.shape, len(z), z.numel()) == ((2, 3), 2, 6)
    assert z.dtype == np.complex64
    assert z.numpy().dtype == np.complex64
    with pytest.raises(md.errors.DtypeError, match="real"):
        md.imag(md.ones(2))
    with pytest.raises(md.errors.ShapeError, match="size 2"):
        md.view_as_complex(md.ones(3))


def test_a_spectrogram_learns():
    """A tone is moved to another pitch by gradients alone: the loudest frequency of its spectrogram is the wanted one."""
    md.manual_seed(0)
    time = md.arange(256.0) / 256
    wanted = (2 * np.pi * 40 * time).sin()
    window = md.hann_window(64)
    target = md.stft(wanted, 64, 16, window=window, return_complex=True).abs()
    sound = (0.1 * md.randn(256)).requires_grad_()
    for _ in range(60):
        (slope,) = md.grad(((md.stft(sound, 64, 16, window=window).abs() - target) ** 2).sum(), sound)
        with md.no_grad():
            sound -= 0.01 * slope
    loudest = md.stft(sound, 64, 16, window=window).abs().mean(-1).argmax()
    assert loudest == target.mean(-1).argmax() == 10
