"""The models that chapter 24 loads are what their pages say of them."""

import runpy
from pathlib import Path

import pytest

import minidl as md
from minidl.vision.diffusion import diffusion_loss, sample

FOLDER = Path(__file__).parents[2] / "assets" / "models"
DIGITS = runpy.run_path(str(FOLDER / "digits_diffusion" / "train.py"))
EMOJI = runpy.run_path(str(FOLDER / "emoji_diffusion" / "train.py"))


def loaded(model, kind, name):
    file = FOLDER / f"{kind}_diffusion" / f"{name}.safetensors"
    model.load_state_dict(md.load(file))
    assert file.stat().st_size < 2_000_000
    return model.eval()


@pytest.fixture(scope="module")
def reader():
    return loaded(DIGITS["reader"](), "digits", "reader")


def test_the_reader_reads_97_of_100_digits_that_it_has_never_seen(reader):
    images, labels = DIGITS["small_digits"]()
    with md.no_grad():
        scores = reader(images[DIGITS["LEARN"] :])
    assert md.train.metrics.accuracy(scores, labels[DIGITS["LEARN"] :]) >= 0.97


def test_painted_digits_are_mostly_read_as_what_was_asked_for(reader):
    painter, labels = loaded(DIGITS["painter"](), "digits", "painter"), md.arange(40) % 10
    md.manual_seed(0)
    asked = md.nn.functional.one_hot(labels, 10).float()
    painted = sample(painter, md.randn(40, 1, 16, 16), 10, asked, guidance=2.0).seen[-1]
    with md.no_grad():
        assert md.train.metrics.accuracy(reader(painted), labels) >= 0.8


def test_the_painter_of_emoji_knows_drawings_it_has_not_learned_from():
    train, test = md.data.emoji()
    words = EMOJI["vocabulary"](train.names)
    painter = loaded(EMOJI["painter"](len(words)), "emoji", "painter")
    images, asked = EMOJI["small"](test.images), EMOJI["asked"](test.names, words)

    def loss(condition):
        md.manual_seed(0)
        with md.no_grad():
            return diffusion_loss(painter, images, condition, dropped=0.0).item()

    told, untold, shuffled = loss(asked), loss(asked * 0), loss(asked[md.randperm(len(asked))])
    assert told < untold < shuffled  # words help, and wrong words harm
    assert told < 0.3


def test_what_is_painted_is_no_nearer_to_the_learned_drawings_than_drawings_that_were_put_aside():
    train, test = md.data.emoji()
    words = EMOJI["vocabulary"](train.names)
    painter = loaded(EMOJI["painter"](len(words)), "emoji", "painter")
    asked = EMOJI["asked"](test.names, words)
    asked = asked[asked.sum(dim=1) >= 2]
    md.manual_seed(0)
    painted = sample(painter, md.randn(len(asked), 3, 16, 16), 10, asked, 3.0).seen[-1].clamp(-1, 1)
    known = EMOJI["small"](train.images).flatten(1)
    made, aside = (md.cdist(x.flatten(1), known).amin(dim=1) for x in (painted, EMOJI["small"](test.images)))
    assert len(made) == 70
    assert made.median().item() == pytest.approx(8.9, abs=0.3)
    assert aside.median().item() == pytest.approx(9.2, abs=0.05)
    assert (made < 4).sum().item() <= 4
    assert (aside < 4).float().mean().item() == pytest.approx(0.06, abs=0.005)


def test_words_of_names():
    assert EMOJI["words_of"]("woman and man with 2 cats") == {"woman", "man", "cats"}
    assert EMOJI["vocabulary"](["red hat"] * 5 + ["hat"]) == ["hat", "red"]
    assert EMOJI["asked"](["a red one"], ["hat", "red"]).tolist() == [[0.0, 1.0]]
