"""Sounds as pictures: the outline, the spectrogram, what can be heard, and the recorder."""

import base64
import io
import re

import numpy as np
import pytest

import minidl as md
from minidl.errors import DtypeError, ShapeError
from minidl.viz.charts.sound import MOST_COLUMNS, bands, heard, outline, readings
from tests.viz.fuzzing import check_picture


def tone(hertz, seconds=0.5, rate=8000):
    return (2 * md.pi * hertz * md.arange(int(seconds * rate)) / rate).sin()


def test_the_outline_holds_the_extremes_of_every_column():
    samples = np.random.RandomState(0).uniform(-1, 1, 10_007)
    shape = outline(samples, 8000)
    assert len(shape.low) == MOST_COLUMNS
    assert shape.low.min() == samples.min()
    assert shape.high.max() == samples.max()
    assert shape.time[-1] < 10_007 / 8000


def test_the_spectrogram_says_which_frequency_is_strongest():
    sound = md.cat([tone(500), tone(2000), md.zeros(4000)]).numpy()
    shown = bands(sound, 8000, 256, 64)
    texts = readings(shown)
    said = lambda seconds: texts[round(seconds * 8000 / 64)]
    assert said(0.25).startswith("strongest at 500 Hz")
    assert said(0.75).startswith("strongest at 2000 Hz")
    assert said(1.25) == "silence"
    assert shown.decibels.max() == 0


def test_mel_bands_are_named_by_the_frequency_in_their_middle():
    shown = bands(tone(1000).numpy(), 8000, 512, 128, n_mels=20)
    assert shown.decibels.shape[0] == len(shown.hertz) == 20
    assert shown.hertz[shown.decibels.mean(axis=1).argmax()] == pytest.approx(1000, abs=120)


def test_only_what_lies_below_the_highest_frequency_is_drawn():
    sound = md.cat([tone(200), tone(3000)]).numpy()
    shown = bands(sound, 8000, 512, 128, highest=1000)
    assert shown.hertz[-1] == 1000
    assert len(shown.hertz) == len(shown.decibels) == 65
    assert readings(shown)[10].startswith("strongest at 203 Hz")
    mel = bands(sound, 8000, 512, 128, n_mels=8, highest=1000)
    assert 500 < mel.hertz[-1] < 1000
    for wrong in (0, 4001):
        with pytest.raises(ValueError, match="at most half the sample rate, 4000 Hz"):
            md.viz.spectrogram(tone(440), 8000, highest=wrong)


def test_what_is_heard_is_what_is_drawn_and_nothing_long_is_carried_along():
    sound = 0.5 * tone(440)
    content = base64.b64decode(heard(sound.numpy(), 8000).partition(",")[2])
    again, rate = md.audio.load(io.BytesIO(content))
    assert rate == 8000
    assert (again[0] - sound).abs().max().item() < 1e-4
    assert heard(np.zeros(8000 * 31), 8000) == ""


@pytest.mark.parametrize("draw", [md.viz.waveform, md.viz.spectrogram])
def test_a_sound_is_drawn_with_the_axes_over_which_the_line_moves(draw):
    picture = draw(tone(440), 8000, title="<b>a & b</b>")
    check_picture(picture)
    assert "<b>" not in picture.svg
    for plane in picture.state()["planes"]:
        left, top, right, bottom = plane["box"]
        assert 0 < left < right <= 7 * 72
        assert 0 < top < bottom
        assert plane["limits"] == [0, 0.5]
    assert picture.data["seconds"] == 0.5


@pytest.mark.parametrize("draw", [md.viz.waveform, md.viz.spectrogram])
def test_what_is_not_finite_is_left_out_and_silence_is_drawn(draw):
    sound = tone(440, 0.05)
    sound[10], sound[20] = float("nan"), float("inf")
    assert draw(sound, 8000).data["largest"] <= 1
    check_picture(draw(sound, 8000))
    check_picture(draw(md.zeros(300), 8000))


def test_what_is_no_sound_is_refused():
    with pytest.raises(ShapeError, match=r"one sound is drawn, of shape \(time,\), and this is \(2, 5\)"):
        md.viz.waveform(md.zeros(2, 5), 8000)
    with pytest.raises(ShapeError, match=r"this is \(0,\)"):
        md.viz.spectrogram(md.zeros(0), 8000)
    with pytest.raises(DtypeError, match="with a fraction, and this is int64"):
        md.viz.waveform(md.arange(5), 8000)
    with pytest.raises(ValueError, match="a whole number of hertz above 0, not -1"):
        md.viz.waveform(md.zeros(5), -1)


def packed(samples):
    return base64.b64encode(np.round(np.asarray(samples) * 32767).astype("<i2").tobytes()).decode()


def test_the_recorder_keeps_what_the_browser_sends_and_asks_the_model():
    loud = lambda sound: md.stack([-sound.abs().max(), sound.abs().max()]).reshape(1, 2) * 9
    pad = md.viz.recorder(loud, ["quiet", "loud"], sample_rate=8000)
    assert repr(pad) == "Recorder: nothing is recorded yet"
    reply = pad.answer({"samples": packed(0.9 * tone(440))})
    assert reply["shares"][1] > 0.99
    assert pad.waveform.shape == (4000,)
    assert repr(pad) == "Recorder: 0.50 seconds"
    check_picture(md.viz.recorder())
    assert len(md.viz.recorder(sample_rate=100).svg) > 1000


@pytest.mark.parametrize("hostile", ["", "AAA", "not base64!", "AA==", None])
def test_the_recorder_refuses_what_is_no_recording(hostile):
    with pytest.raises(ValueError, match="this is no recording"):
        md.viz.recorder().answer({"samples": hostile})


def test_a_recording_that_is_too_long_is_cut():
    pad = md.viz.recorder(sample_rate=1000)
    pad.answer({"samples": packed(np.zeros(50_000))})
    assert len(pad.waveform) == 10_000


def spoken(*letters, classes=4):
    """Log-probabilities of frames that are nearly sure."""
    scores = np.full((len(letters), classes), -4.0)
    scores[np.arange(len(letters)), letters] = 4.0
    return md.tensor(scores).log_softmax(dim=1)


def test_the_alignment_drops_repetitions_and_then_blanks():
    picture = md.viz.alignment(spoken(0, 1, 1, 0, 1, 2, 2), ["-", "a", "<b>", "c"])
    check_picture(picture)
    assert picture.data["said"] == ["a", "a", "<b>"]
    assert picture.data["path"] == [0, 1, 1, 0, 1, 2, 2]
    assert repr(picture) == "Sound: 7 frames say a a <b>"
    state = picture.state()
    assert state["readings"][1] == "a 100%"
    assert (state["sound"], len(state["planes"])) == ("", 1)
    assert "<b>" not in picture.svg


def test_the_alignment_of_a_sound_lies_below_its_wave_and_is_heard():
    picture = md.viz.alignment(spoken(1, 0, 2), ["-", "a", "b", "c"], tone(440, 0.06), 8000, frame=0.02)
    check_picture(picture)
    assert picture.state()["sound"].startswith("data:audio/wav")
    middle_of_the_first_frame_at_0 = [-0.01, 0.06]
    assert [plane["limits"] for plane in picture.state()["planes"]] == [middle_of_the_first_frame_at_0] * 2


def test_blanks_alone_say_nothing_and_what_is_not_finite_is_drawn_as_unlikely():
    silent = spoken(0, 0, 0)
    silent[1, 2] = float("nan")
    assert repr(md.viz.alignment(silent, "-abc")) == "Sound: 3 frames say nothing"


def test_an_alignment_of_other_shapes_is_refused():
    with pytest.raises(ShapeError, match=r"of 3 classes have the shape \(T, 3\), not \(2, 4\)"):
        md.viz.alignment(spoken(1, 2), "-ab")


@pytest.mark.parametrize(
    "picture", [md.viz.spectrogram(tone(440), 8000), md.viz.alignment(md.zeros(3, 2).log_softmax(1), "-a")]
)
def test_on_a_dark_ground_the_blue_for_paper_is_made_lighter(picture):
    (name,) = re.findall('<image class="([^"]+)"', picture.svg)
    for where in ("@media (prefers-color-scheme: dark) { ", 'body[data-jp-theme-light="false"] '):
        assert f"{where}.{name} {{ filter: brightness(1.6)" in picture.svg
    assert f'body[data-jp-theme-light="true"] .{name} {{ filter: none; }}' in picture.svg
