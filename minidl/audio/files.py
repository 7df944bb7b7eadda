"""Sounds in files: WAV by Python's own `wave`, and what else there is by the package soundfile, where it is installed."""

import io
import os
import struct
import wave

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DataFileError, DtypeError, ShapeError
from minidl.system.files import read_whole, write_atomically

WHOLE = {8: "u1", 16: "<i2", 24: "<i4", 32: "<i4"}  # bits of a sample -> how it lies in a file (24: with a byte more)
FLOATS = {32: "<f4", 64: "<f8"}
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # format tags of WAV; behind the last the kind stands in a longer header
SUBFORMAT = bytes.fromhex("000000001000800000aa00389b71")  # of an EXTENSIBLE header, behind the two bytes of the kind


def load(uri, frame_offset=0, num_frames=-1):
    """Read a sound.

    Parameters
    ----------
    uri : path or binary file object
        WAV of 8, 16, 24 or 32 bits, or of floats; FLAC, OGG, MP3 and WAV of other kinds where the package soundfile is
        installed.
    frame_offset : int
        How many samples are left out at the beginning.
    num_frames : int
        How many are read; -1 for all.

    Returns
    -------
    waveform : Tensor, shape (channels, time)
        From -1 to 1.
    sample_rate : int
        In hertz.

    Raises
    ------
    DataFileError
        When it is not a sound, is damaged, or holds NaN or infinity.
    ValueError
        When `frame_offset` is below 0, or `num_frames` below -1.
    """
    if frame_offset < 0 or num_frames < -1:
        raise ValueError(f"frame_offset is 0 or more and num_frames -1 or more, not {frame_offset} and {num_frames}")
    content, name = _content(uri)
    content, kinds = _as_whole_numbers(content)
    stream = io.BytesIO(content)
    try:
        with wave.open(stream) as file:
            channels, width, rate, count = file.getparams()[:4]
            packed = file.readframes(count)
    except (wave.Error, EOFError, RuntimeError) as error:  # the last for a piece that ends behind the file
        samples, rate = _other_kinds(content, name, str(error) or "it ends too early")
    else:
        if len(packed) < count * channels * width:
            raise DataFileError(
                f"{name} is cut off: it says {count:,} samples, and holds {len(packed) // (channels * width):,}"
            )
        if not count and (left := len(content) - stream.tell()) and not _is_piece(content[-left:]):
            raise DataFileError(f"{name} says that it holds no samples, and {left:,} bytes follow: was its writer stopped?")
        if 8 * width not in kinds or not rate > 0:
            kind = "floats" if kinds is FLOATS else "whole numbers"
            raise DataFileError(f"{name} has {kind} of {8 * width} bits at {rate} hertz, which no sound has")
        with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused below
            samples = _numbers(packed, 8 * width, kinds).astype(np.float32).reshape(-1, channels).T
    if not np.isfinite(samples).all():
        raise DataFileError(f"{name} holds NaN, infinity or a number that is as good as infinite, which is no sound")
    stop = None if num_frames < 0 else frame_offset + num_frames
    return Tensor.wrap(np.ascontiguousarray(samples[:, frame_offset:stop])), rate


def _content(uri):
    """The bytes, and the name under which errors speak of them."""
    if hasattr(uri, "read"):
        content = uri.read()
        if isinstance(content, str):
            raise TypeError("a sound is read from a file that was opened for bytes ('rb'), not for text")
        return content, getattr(uri, "name", "the file")
    try:
        return read_whole(uri), os.fspath(uri)
    except OSError as error:
        raise DataFileError(f"{uri} cannot be read: {error.strerror}") from error


def _as_whole_numbers(content):
    """WAV as `wave` reads it, which knows only whole numbers and, before Python 3.12, no EXTENSIBLE; and WHOLE or FLOATS.

    What is no such WAV comes back as it is.
    """
    at, kind = 12, None
    while content[:4] == b"RIFF" and kind is None and at + 24 <= len(content):
        name, size, kind = struct.unpack_from("<4sIH", content, at)
        if name != b"fmt ":
            at, kind = at + 8 + size + size % 2, None
    if kind == EXTENSIBLE and content[at + 34 : at + 48] == SUBFORMAT:
        (kind,) = struct.unpack_from("<H", content, at + 32)
    if kind not in (PCM, FLOAT):
        return content, WHOLE
    plain = content[: at + 8] + struct.pack("<H", PCM) + content[at + 10 :]
    return plain, FLOATS if kind == FLOAT else WHOLE


def _is_piece(content):
    """Whether these bytes begin with a piece of a WAV file: four letters, how many bytes, and so many."""
    return len(content) >= 8 and content[:4].strip().isalnum() and struct.unpack("<I", content[4:8])[0] <= len(content) - 8


def _numbers(packed, bits, kinds):
    """Packed samples as numbers from -1 to 1; 8 bits are counted from 0 to 255, all others have a sign."""
    if kinds is FLOATS:
        return np.frombuffer(packed, FLOATS[bits])
    if bits == 8:
        return (np.frombuffer(packed, np.uint8).astype(np.float32) - 128) / 128
    if bits == 24:  # a zero byte below makes it 32 bits
        wide = np.zeros((len(packed) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(packed, np.uint8).reshape(-1, 3)
        packed, bits = wide.tobytes(), 32
    return np.frombuffer(packed, WHOLE[bits]).astype(np.float64) / 2 ** (bits - 1)


def _other_kinds(content, name, reason):
    """What `wave` cannot read, read by soundfile: samples (channels, time) and the rate."""
    try:
        import soundfile  # an optional package
    except ImportError:
        raise DataFileError(
            f"{name} is no WAV file that can be read: {reason}. With the package soundfile (pip install soundfile) other "
            "kinds of sound can be read, too"
        ) from None
    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        said = getattr(error, "error_string", str(error))  # without the address of the bytes
        raise DataFileError(f"{name} is no sound that can be read: {said} (as WAV: {reason})") from error
    if not samples.size:
        raise DataFileError(f"{name} holds no sound: {reason}")
    return samples.T, rate


def save(uri, src, sample_rate, bits_per_sample=16):
    """Write a sound to a WAV file.

    Parameters
    ----------
    uri : path or binary file object
    src : Tensor, shape (channels, time) or (time,)
        From -1 to 1; what is louder is cut off at the ends.
    sample_rate : int
        In hertz.
    bits_per_sample : {8, 16, 32}

    Raises
    ------
    ShapeError
        When it is not a row of samples for each channel.
    DtypeError
        When it holds no floats.
    ValueError
        When it holds NaN or infinity, for other bits and rates, and for more than a WAV file can say.
    """
    samples = src.detach().array if isinstance(src, Tensor) else np.asarray(src)
    samples = samples[None] if samples.ndim == 1 else samples
    if samples.ndim != 2 or not 0 < samples.shape[0] < 2**16:
        raise ShapeError(f"a sound has the shape (channels, time), and this is {samples.shape}")
    if samples.dtype.kind != "f":
        raise DtypeError(f"a sound is written from floats between -1 and 1, and this is {samples.dtype}")
    if not np.isfinite(samples).all():
        raise ValueError("the sound holds NaN or infinity, which no loudspeaker can play")
    if bits_per_sample not in (8, 16, 32):
        raise ValueError(f"a sample is written with 8, 16 or 32 bits, not {bits_per_sample}")
    known = isinstance(sample_rate, int | float | np.number) and 0 < sample_rate < 2**32
    if not (known and int(sample_rate) == sample_rate):
        raise ValueError(f"the sample rate is a whole number of hertz, not {sample_rate!r}")
    width = len(samples) * bits_per_sample // 8  # of all channels at one time, in bytes
    if not (width < 2**16 and width * sample_rate < 2**32):
        raise ValueError(
            f"a WAV file holds less than 64 KiB at one time and 4 GiB in a second; here it would be {width:,} bytes, "
            f"{int(sample_rate):,} times a second"
        )
    largest = 2 ** (bits_per_sample - 1)
    whole = np.clip(np.round(samples.T.astype(np.float64) * largest), -largest, largest - 1)
    packed = (whole + 128).astype(np.uint8) if bits_per_sample == 8 else whole.astype(WHOLE[bits_per_sample])
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((len(samples), int(bits_per_sample) // 8, int(sample_rate), 0, "NONE", "not compressed"))
        file.writeframes(packed.tobytes())
    if hasattr(uri, "write"):
        uri.write(buffer.getvalue())
    else:
        write_atomically(uri, buffer.getvalue())
