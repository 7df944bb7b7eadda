"""The encoders that chapter 15 loads are what its text says of them."""

import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl import nn

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "digit_features"
SCRIPT = runpy.run_path(str(FOLDER / "train.py"))


@cache
def encoders(task):
    """The three encoders of a task, or three with random weights."""
    md.manual_seed(0)
    models = nn.ModuleList(SCRIPT["encoder"]() for _ in SCRIPT["SEEDS"])
    if task != "random":
        models.load_state_dict(md.load(FOLDER / f"{task}.safetensors"))
    return models.eval()


def ten_each(draw, answers):
    """Indices of ten examples of each class, as chapter 15 draws them."""
    random = np.random.default_rng(draw)
    return md.tensor(np.concatenate([random.choice(np.nonzero(answers == k)[0], 10, replace=False) for k in range(10)]))


def probe(model, draw):
    """The share of 1,000 digits that a linear layer on frozen features reads, after ten labels a digit."""
    digits, _ = md.data.digits()
    images, labels = digits[6000:7000]
    some = ten_each(draw, digits.labels.numpy()[: SCRIPT["UNLABELLED"]])
    with md.no_grad():
        known, asked = model(digits.images[some]), model(images)
    middle, spread = known.mean(dim=0), known.std(dim=0) + 0.01
    md.manual_seed(draw)
    last = nn.Linear(SCRIPT["FEATURES"], 10)
    loss_of = lambda: nn.functional.cross_entropy(last((known - middle) / spread), digits.labels[some])
    SCRIPT["descend"]([last], loss_of, steps=50, lr=0.02)
    with md.no_grad():
        return md.train.metrics.accuracy(last((asked - middle) / spread), labels)


@cache
def probed(task):
    """The shares for the three draws, each with an encoder of its own."""
    return np.array([probe(model, draw) for draw, model in enumerate(encoders(task))])


@pytest.mark.parametrize(("task", "mean"), [("letters", 0.86), ("contrastive", 0.79), ("rotation", 0.767), ("emoji", 0.764)])
def test_carried_features_read_digits_better_than_random_ones_in_every_draw(task, mean):
    assert probed(task).mean() == pytest.approx(mean, abs=0.015)
    assert (probed(task) > probed("random") + 0.005).all()


@pytest.mark.parametrize("task", SCRIPT["TASKS"])
def test_an_encoder_is_small(task):
    assert (FOLDER / f"{task}.safetensors").stat().st_size < 200_000


def test_the_letters_are_as_large_as_digits_and_every_font_has_all_of_them():
    images, which = SCRIPT["letters"]()
    assert images.shape == (14 * 52, 1, 28, 28)
    assert which.bincount().tolist() == [14] * 52
    assert images[:, :, :3].max() == 0  # a margin, as the digits have
    assert (images.amax(dim=(1, 2, 3)) > 0.5).all()
