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
def probed(task):
    """The share of 1,000 digits that a linear layer on frozen features reads, after ten labels of each digit."""
    digits, _ = md.data.digits()
    md.manual_seed(0)
    model = SCRIPT["encoder"]()
    if task != "random":
        model.load_state_dict(md.load(FOLDER / f"{task}.safetensors"))
    answers = digits.labels.numpy()[: SCRIPT["UNLABELLED"]]
    some = md.tensor(np.concatenate([np.nonzero(answers == k)[0][:10] for k in range(10)]))
    with md.no_grad():
        known, asked = model.eval()(digits.images[some]), model(digits.images[6000:7000])
    middle, spread = known.mean(dim=0), known.std(dim=0) + 0.01
    last = nn.Linear(SCRIPT["FEATURES"], 10)
    loss_of = lambda: nn.functional.cross_entropy(last((known - middle) / spread), digits.labels[some])
    SCRIPT["descend"]([last], loss_of, steps=50, lr=0.02)
    with md.no_grad():
        return md.train.metrics.accuracy(last((asked - middle) / spread), digits.labels[6000:7000])


@pytest.mark.parametrize(("task", "least"), [("letters", 0.8), ("contrastive", 0.78)])
def test_carried_features_read_digits_from_ten_labels_each_better_than_random_ones(task, least):
    assert probed(task) > max(least, probed("random") + 0.03)


@pytest.mark.parametrize("task", SCRIPT["TASKS"])
def test_an_encoder_is_small(task):
    assert (FOLDER / f"{task}.safetensors").stat().st_size < 200_000


def test_the_letters_are_as_large_as_digits_and_every_font_has_all_of_them():
    images, which = SCRIPT["letters"]()
    assert images.shape == (14 * 52, 1, 28, 28)
    assert which.bincount().tolist() == [14] * 52
    assert images[:, :, :3].max() == 0  # a margin, as the digits have
    assert (images.amax(dim=(1, 2, 3)) > 0.5).all()
