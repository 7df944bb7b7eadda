"""The bundled speech: what is in it, and that a sound of one's own gets the features that it has."""

import numpy as np
import pytest

import minidl as md
from minidl.data import speech
from minidl.errors import DataFileError


@pytest.fixture(scope="module")
def syllables():
    return md.data.syllables()


def test_there_are_two_voices_with_all_tones(syllables):
    for voice in (0, 1):
        tones = np.bincount(syllables.labels[syllables.voices == voice].numpy())
        assert len(tones) == 5
        assert tones[1:].min() > 200
    assert set("".join(syllables.symbols)) <= set(map(chr, range(0x3105, 0x312A)))
    assert max(map(len, syllables.symbols)) == 3


def test_the_mark_1_is_the_neutral_tone_and_no_mark_the_first(syllables):
    said = list(zip(syllables.symbols, syllables.labels.tolist(), syllables.voices.tolist(), strict=True))
    assert len(said) == len(set(said))  # with the neutral ones among the first, some syllables were there twice
    assert [symbols for symbols, tone, voice in said if (tone, voice) == (0, 0)][:3] == ["ㄅㄚ", "ㄇㄛ", "ㄇㄜ"]
    assert syllables.labels.tolist().count(0) == 24


def test_spectra_lie_between_0_and_1_and_are_0_after_the_sound(syllables):
    for spoken in (syllables, *md.data.commands()):
        spectra = spoken.spectra.numpy()
        assert spectra.dtype == np.float32
        assert spectra.min() == 0
        assert spectra.max() == 1
        after = np.arange(spectra.shape[2]) >= spoken.lengths.numpy()[:, None]
        assert not spectra.max(axis=1)[after].any()
        assert (spectra.reshape(len(spoken), -1).max(axis=1) == 1).all()


def test_a_part_keeps_everything_in_step(syllables):
    second = syllables[syllables.voices == 1]
    assert set(second.voices.tolist()) == {1}
    assert len(second.symbols) == len(second) == len(second.pitch)
    assert second[3:4].symbols == second.symbols[3:4]
    spectrum, tone = second[3]
    assert spectrum.shape == second.spectra.shape[1:]
    assert tone.item() == second.labels[3].item()
    assert md.data.Subset(second, [5])[0][1].item() == second.labels[5].item()


def test_the_voices_have_the_pitch_of_a_high_and_a_low_one(syllables):
    def middle(voice, tone):
        pitch = syllables.pitch[(syllables.voices == voice) & (syllables.labels == tone)].numpy()
        return np.median(pitch[pitch > 0])

    assert 380 < middle(0, 1) < 410
    assert 140 < middle(1, 1) < 155
    assert middle(0, 1) > middle(0, 4)
    assert middle(0, 1) > middle(0, 3)


def test_every_made_voice_says_every_word_once():
    made, real = md.data.commands()
    pairs = set(zip(made.voices.tolist(), made.labels.tolist(), strict=True))
    assert len(pairs) == len(made) == len(made.names) * len(made.classes)
    assert sorted(real.labels.tolist()) == list(range(20))


@pytest.mark.parametrize("word", ["seven", "sunday"])
def test_a_sound_gets_the_features_that_the_set_has(word):
    made, real = md.data.commands()
    for spoken, voice in ((made, "f2"), (made, "slt"), (real, "real")):
        features = speech.word_features(spoken.sounds[word, voice])
        same = (spoken.labels == spoken.classes.index(word)) & (spoken.voices == spoken.names.index(voice))
        kept = spoken.spectra[same][0, :, : features.shape[1]]
        assert spoken.lengths[same].item() == features.shape[1]
        assert (kept - features).abs().max().item() < 0.07  # steps of 2 dB, and what 16 bits keep of what is quiet


def test_a_syllable_gets_the_features_that_the_set_has(syllables):
    for voice in (0, 1):
        features = speech.syllable_features(syllables.sounds["ma3", voice])
        place = [s == "ㄇㄚ" for s in syllables.symbols]
        kept = syllables.spectra[(syllables.voices == voice) & (syllables.labels == 3) & md.tensor(place)][0]
        assert (kept[:, : features.shape[1]] - features).abs().max().item() < 0.07


def test_silence_around_a_sound_is_cut_off_and_pure_silence_is_left():
    tone = (md.arange(4000) / 8).sin()
    quiet = md.zeros(8000)
    assert abs(len(speech.trimmed(md.cat([quiet, tone, quiet]))) - 4480) <= 160
    assert len(speech.trimmed(quiet)) > 0
    assert len(speech.trimmed(md.zeros(5))) == 5
    assert (speech.word_features(quiet) == 0).all()


@pytest.mark.parametrize("samples", [1, 8, 256, 511])
def test_a_click_is_heard_as_a_sound_with_silence_behind_it(samples):
    features = speech.word_features(speech.trimmed(md.full((samples,), 0.5)))
    assert features.shape == (32, 5)
    assert features.max().item() == 1


def test_a_damaged_file_is_named(monkeypatch):
    monkeypatch.setitem(speech.CHECKSUMS, "commands", "0" * 64)
    with pytest.raises(DataFileError, match=r"commands\.npz is damaged"):
        md.data.commands()
