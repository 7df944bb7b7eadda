"""Sounds: written, read, seen as spectra and changed as torchaudio and SciPy do; damaged files are named."""

import io
import json
import struct
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.audio import functional as F
from minidl.audio import load, save, transforms
from minidl.errors import DataFileError, DtypeError, ShapeError
from tests.audio.recipes import MASKS, RATE, SNR, TRANSFORMS, sound

FIXTURES = Path(__file__).parents[1] / "fixtures"
KNOWN, SCIPY = (json.loads((FIXTURES / name).read_text()) for name in ("audio.json", "audio_scipy.json"))


def agrees(found, known, tolerance=2e-5):
    """Whether a tensor has the shape and, up to a share of the largest, the numbers that were kept."""
    values, expected = found.numpy().ravel()[::7], np.array(known["values"])
    return list(found.shape) == known["shape"] and np.abs(values - expected).max() <= tolerance * np.abs(expected).max()


# As torchaudio


@pytest.mark.parametrize("key", TRANSFORMS)
def test_transforms_and_their_gradients_are_torchaudios(key):
    name, arguments = TRANSFORMS[key]
    x = md.tensor(sound(), requires_grad=True)
    y = getattr(transforms, name)(**arguments)(x)
    y.square().sum().backward()
    assert agrees(y.detach(), KNOWN["transforms"][key])
    assert agrees(x.grad, KNOWN["transforms"][key]["gradient"], 1e-4)


@pytest.mark.parametrize("key", MASKS)
def test_masks_hide_what_torchaudio_hides(key):
    name, size = MASKS[key]
    md.manual_seed(1)
    hidden = getattr(transforms, name)(size)(md.ones(1, 101, 30))
    assert agrees(hidden, KNOWN["masks"][key], 0)
    assert 0 < (hidden == 0).sum().item() < hidden.numel()


def test_loudness_speed_and_pitch_are_torchaudios():
    x, noise, snr = md.tensor(sound()), md.tensor(sound(seed=1)).flip(0), md.tensor(SNR)
    assert agrees(F.amplitude_to_DB(x.abs(), 20.0, top_db=40.0), KNOWN["decibels"])
    assert agrees(F.speed(x, RATE, 1.1), KNOWN["faster"])
    assert agrees(F.speed(x, RATE, 0.9), KNOWN["slower"])
    assert agrees(F.pitch_shift(x, RATE, 4), KNOWN["higher"], 2e-3)
    assert agrees(F.add_noise(x, noise, snr), KNOWN["with noise"])
    assert agrees(F.add_noise(x, noise, snr, md.tensor([500, 1000])), KNOWN["with noise, lengths"])


# As SciPy


def test_energies_of_frequencies_are_scipys():
    found = F.spectrogram(md.tensor(sound()), n_fft=256, hop_length=96, center=False)
    assert agrees(found, SCIPY["energies"])


@pytest.mark.parametrize("norm", [None, "ortho"])
def test_the_cosine_transform_of_a_cepstrum_is_scipys(norm):
    energies = F.spectrogram(md.tensor(sound()).double(), n_fft=256, hop_length=96, center=False)
    found = (energies + 1e-3).log().mT @ F.create_dct(13, 129, norm).double()
    assert agrees(found, SCIPY["cosines"][str(norm)], 1e-6)


@pytest.mark.parametrize("name", SCIPY["windows"])
def test_windows_are_scipys(name):
    assert agrees(getattr(md, name)(50), SCIPY["windows"][name], 1e-6)


def test_a_tone_at_another_rate_is_scipys():
    """Away from its ends: SciPy takes the tone for periodic, and here there is silence around it."""
    tone = (2 * md.pi * 440 * md.arange(RATE) / RATE).sin()
    found, known = F.resample(tone, RATE, 11025, lowpass_filter_width=64), SCIPY["tone at another rate"]
    assert list(found.shape) == known["shape"]
    assert np.abs(found.numpy()[::7] - known["values"])[30:-30].max() < 2e-3


@pytest.mark.parametrize(
    ("length", "win", "hop"), [(50, 50, 80), (301, 37, 90), (200, 51, 1)]
)  # one piece; gaps between them
def test_energies_of_double_floats_are_those_of_the_definition(length, win, hop):
    x, n_fft = sound()[0, :length].astype("f8"), 50 if win == 50 else 51  # a single piece; pieces with gaps between them
    window = np.zeros(n_fft)
    window[(n_fft - win) // 2 :][:win] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win) / win)
    pieces = np.stack([x[t : t + n_fft] * window for t in range(0, length - n_fft + 1, hop)], axis=1)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(n_fft)) / n_fft)
    found = F.spectrogram(md.tensor(x), n_fft, hop, win, center=False)
    assert found.dtype == md.float64
    np.testing.assert_allclose(found.numpy(), np.abs(waves @ pieces) ** 2, rtol=1e-9, atol=1e-12)


# What must hold


def tone(hertz, rate=RATE, seconds=0.5):
    return (2 * md.pi * hertz * md.arange(int(rate * seconds)) / rate).sin()


def loudest(waveform, rate):
    """The loudest frequency, in hertz."""
    size = waveform.shape[-1]
    return md.fft.rfft(waveform).abs().argmax().item() * rate / size


def test_a_tone_keeps_its_pitch_at_another_rate_and_what_the_rate_cannot_hold_is_gone():
    slower = F.resample(tone(440), RATE, 3000)
    assert loudest(slower, 3000) == pytest.approx(440, abs=3)
    assert slower.shape == (1500,)
    folded = F.resample(tone(2500), RATE, 3000)
    assert folded[100:-100].abs().max().item() < 0.01
    assert F.resample(tone(440), RATE, RATE).shape == (4000,)


def test_speed_moves_the_pitch_and_a_shift_keeps_the_length():
    assert loudest(F.speed(tone(400), RATE, 1.25), RATE) == pytest.approx(500, abs=4)
    higher = F.pitch_shift(tone(400), RATE, 12)
    assert higher.shape == (4000,)
    assert loudest(higher, RATE) == pytest.approx(800, abs=8)


def test_mel_and_hertz_are_inverse():
    hertz = np.array([0, 20, 999, 1000, 1001, 8000.0])
    for scale in ("htk", "slaney"):
        assert np.allclose(F.mel_to_hertz(F.hertz_to_mel(hertz, scale), scale), hertz)
    assert F.hertz_to_mel(1000) == pytest.approx(1000, abs=0.1)
    with pytest.raises(ValueError, match="'htk' or 'slaney'"):
        F.hertz_to_mel(1.0, "bark")
    with pytest.raises(ValueError, match="'htk' or 'slaney'"):
        F.mel_to_hertz(1.0, "bark")


def test_the_cosine_transform_keeps_lengths():
    matrix = F.create_dct(20, 20)
    assert np.allclose((matrix.T @ matrix).numpy(), np.eye(20), atol=1e-6)


def test_a_spectrum_without_power_goes_back_to_the_sound():
    x = md.tensor(sound())
    spectrum = F.spectrogram(x, 200, power=None)
    again = md.istft(spectrum, 200, 100, 200, md.hann_window(200), length=1000)
    assert np.allclose(again.numpy(), x.numpy(), atol=1e-6)


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="take fewer, or a larger n_fft"):
        F.melscale_fbanks(65, 0.0, 4000.0, 64, RATE)
    with pytest.raises(ValueError, match="no such range"):
        transforms.MelScale(20, RATE, f_min=4000.0)
    with pytest.raises(ShapeError, match="made for 129 frequencies, and the spectrogram has 101"):
        transforms.MelScale(20, RATE, n_stft=129)(md.ones(101, 5))
    with pytest.raises(ValueError, match="at most 20 coefficients"):
        transforms.MFCC(RATE, 30, melkwargs={"n_fft": 256, "n_mels": 20})
    with pytest.raises(ValueError, match="'power' or 'magnitude'"):
        transforms.AmplitudeToDB("loud")
    with pytest.raises(ValueError, match="norm is None or"):
        F.create_dct(3, 3, "l2")
    with pytest.raises(ValueError, match="norm is None or"):
        F.melscale_fbanks(65, 0.0, 4000.0, 4, RATE, norm="l2")
    for rate in (0, -1, 2.5):
        with pytest.raises(ValueError, match="whole numbers of hertz"):
            F.resample(md.ones(10), rate, 8000)
    with pytest.raises(ValueError, match="greater than 0"):
        F.speed(md.ones(10), RATE, 0)
    with pytest.raises(ShapeError, match="one shape"):
        F.add_noise(md.ones(10), md.ones(9), 0.0)


# Files


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_sound_comes_back_from_its_file(tmp_path, bits):
    x = md.tensor(sound())
    save(tmp_path / "x.wav", x, RATE, bits_per_sample=bits)
    again, rate = load(tmp_path / "x.wav")
    assert rate == RATE
    assert again.dtype == md.float32
    assert np.abs(again.numpy() - x.numpy()).max() <= 0.5 / 2 ** (bits - 1) + 1e-7
    part, _ = load(tmp_path / "x.wav", frame_offset=10, num_frames=5)
    assert (part.numpy() == again.numpy()[:, 10:15]).all()


def test_24_bits_are_read(tmp_path):
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setparams((1, 3, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(number.to_bytes(3, "little", signed=True) for number in (0, 2**22, -(2**23), 1)))
    assert load(tmp_path / "x.wav")[0].tolist() == [[0.0, 0.5, -1.0, 2.0**-23]]


FOUR = np.array([0.0, 0.5, -1.0, 0.25])
KINDS = {  # format tag and bits, and how the four samples lie in the file
    "8 bits": (1, 8, bytes([128, 192, 0, 160])),
    "16 bits": (1, 16, (FOUR * 2**15).astype("<i2").tobytes()),
    "24 bits": (1, 24, b"".join(int(x * 2**23).to_bytes(3, "little", signed=True) for x in FOUR)),
    "32 bits": (1, 32, (FOUR * 2**31).astype("<i4").tobytes()),
    "floats": (3, 32, FOUR.astype("<f4").tobytes()),
    "double floats": (3, 64, FOUR.astype("<f8").tobytes()),
}


def wav_of(tag, bits, packed, extensible=False, before=b"", channels=1):
    """A WAV file, byte by byte: its kind in the plain header or, as newer programs write it, in the longer one."""
    width = channels * bits // 8
    header = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, RATE, RATE * width, width, bits)
    if extensible:
        header += struct.pack("<HHIH", 22, bits, 0, tag) + bytes.fromhex("000000001000800000aa00389b71")
    pieces = before + b"fmt " + struct.pack("<I", len(header)) + header + b"data" + struct.pack("<I", len(packed)) + packed
    return io.BytesIO(b"RIFF" + struct.pack("<I", 4 + len(pieces)) + b"WAVE" + pieces)


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_wav_is_read_without_other_packages(monkeypatch, kind, extensible):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    x, rate = load(wav_of(*KINDS[kind], extensible))
    assert (x.tolist(), rate, x.dtype) == ([FOUR.tolist()], RATE, md.float32)
    x[0, 0] = 1.0  # it can be written to, as any tensor
    comment = b"LIST" + struct.pack("<I", 9) + b"INFOfmt x\0"  # of an odd length, with a name that stands elsewhere, too
    assert load(wav_of(*KINDS[kind], extensible, comment))[0].tolist() == [FOUR.tolist()]
    assert load(wav_of(*KINDS[kind], extensible, channels=2))[0].tolist() == [[0.0, -1.0], [0.5, 0.25]]


@pytest.mark.parametrize(
    ("tag", "extensible", "said"),
    [
        (2, False, "unknown format: 2"),
        (7, False, "unknown format: 7"),
        (7, True, "unknown (extended )?format"),  # Python 3.12 looks into the longer header
        (0xFFFE, False, "unknown format: 65534|it ends too early"),  # and misses it where it is announced
    ],
)
def test_kinds_of_wav_that_need_another_package_name_it(monkeypatch, tag, extensible, said):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(DataFileError, match=f"({said}).*pip install soundfile"):
        load(wav_of(tag, 8, b"\0" * 8, extensible))


@pytest.mark.parametrize(
    ("tag", "bits", "packed", "said"),
    [
        (3, 32, np.array([0, np.nan, 1], "<f4").tobytes(), "holds NaN, infinity"),
        (3, 64, np.array([0, 1e300, 1], "<f8").tobytes(), "as good as infinite"),
        (3, 16, bytes(8), "floats of 16 bits"),
        (3, 24, bytes(12), "floats of 24 bits"),
        (1, 40, bytes(20), "whole numbers of 40 bits"),
        (1, 64, bytes(32), "whole numbers of 64 bits"),
    ],
)
def test_numbers_that_no_sound_has_are_refused(tag, bits, packed, said):
    with pytest.raises(DataFileError, match=said):
        load(wav_of(tag, bits, packed))


def test_a_file_whose_writer_was_stopped_is_not_taken_for_silence():
    """It says 0 samples, and holds some; where pieces of another kind follow, or nothing, it is empty indeed."""
    empty = wav_of(1, 16, b"").getvalue()
    with pytest.raises(DataFileError, match="says that it holds no samples, and 400 bytes follow"):
        load(io.BytesIO(empty + sound().astype("<f4").tobytes()[:400]))
    for behind in (b"", b"LIST" + struct.pack("<I", 4) + b"INFO"):
        assert load(io.BytesIO(empty + behind))[0].shape == (1, 0)


def test_more_channels_and_rates_than_anybody_uses_are_read_all_the_same():
    many = np.arange(-255, 255, dtype="<i2")
    x, rate = load(wav_of(1, 16, many.tobytes(), channels=255))
    assert (x.numpy() * 2**15 == many.reshape(2, 255).T).all()
    content = bytearray(wav_of(*KINDS["16 bits"]).getvalue())
    struct.pack_into("<IIH", content, 24, 2_000_000_000, 0, 65535)  # 2 GHz; bytes in a second and at a time that lie
    x, rate = load(io.BytesIO(content))
    assert (x.tolist(), rate) == ([FOUR.tolist()], 2_000_000_000)


def test_a_file_opened_as_text_is_refused():
    with pytest.raises(TypeError, match="opened for bytes"):
        load(io.StringIO("RIFF"))


def test_a_place_that_no_sound_has_is_refused():
    for place in ({"frame_offset": -1}, {"num_frames": -2}):
        with pytest.raises(ValueError, match="frame_offset is 0 or more and num_frames -1 or more"):
            load(wav_of(*KINDS["16 bits"]), **place)


def test_what_is_too_loud_is_cut_off_and_one_channel_may_be_a_row():
    buffer = io.BytesIO()
    save(buffer, md.tensor([0.0, 2.0, -3.0]), RATE)
    buffer.seek(0)
    assert load(buffer)[0].tolist() == [[0.0, 32767 / 32768, -1.0]]


@pytest.mark.parametrize(
    ("src", "options", "error", "said"),
    [
        (md.ones(2, 3, 4), {}, ShapeError, "channels, time"),
        (md.ones(3).long(), {}, DtypeError, "floats between -1 and 1"),
        (md.tensor([md.nan]), {}, ValueError, "NaN or infinity"),
        (md.ones(3), {"bits_per_sample": 24}, ValueError, "8, 16 or 32 bits"),
        *((md.ones(3), {"sample_rate": rate}, ValueError, "whole number of hertz") for rate in (0, md.nan, md.inf, "8")),
        (md.ones(3), {"sample_rate": 2**31}, ValueError, "would be 2 bytes, 2,147,483,648 times a second"),
        (md.ones(40_000, 2), {}, ValueError, "less than 64 KiB at one time"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_no_file(tmp_path, src, options, error, said):
    with pytest.raises(error, match=said):
        save(tmp_path / "x.wav", src, **{"sample_rate": RATE, **options})
    assert not (tmp_path / "x.wav").exists()


def wav(tmp_path, change):
    """The path of a WAV file whose bytes were changed."""
    save(tmp_path / "x.wav", md.tensor(sound()), RATE)
    content = bytearray((tmp_path / "x.wav").read_bytes())
    (tmp_path / "x.wav").write_bytes(change(content))
    return tmp_path / "x.wav"


def put(at, kind, number):
    def change(content):
        struct.pack_into(kind, content, at, number)
        return content

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-100],
        lambda content: b"It is no sound at all.\n" * 50,
        lambda content: b"RIFF" + bytes(4000),
        put(22, "<H", 0),  # no channel
        put(34, "<H", 40),  # samples of 40 bits
        put(40, "<I", 2**32 - 1),  # says that it holds 4 GB
        put(24, "<I", 0),  # 0 hertz
        put(16, "<I", 2**31),  # a piece that ends behind the file
    ],
)
@pytest.mark.parametrize("with_soundfile", [True, False])
def test_damaged_files_are_refused_by_name(tmp_path, monkeypatch, change, with_soundfile):
    if not with_soundfile:
        monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(DataFileError, match=r"x\.wav") as caught:
        load(wav(tmp_path, change))
    assert "BytesIO" not in str(caught.value)  # it is the file that is spoken of
    assert "()" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 3, 7, 11, 12, 20, 35, 36, 43, 44, 45, 2000])
def test_a_truncated_file_is_refused(tmp_path, length):
    path = wav(tmp_path, lambda content: content[:length])
    with pytest.raises(DataFileError, match=r"x\.wav"):
        load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataFileError, match=r"nowhere\.wav cannot be read: No such file"):
        load(tmp_path / "nowhere.wav")
