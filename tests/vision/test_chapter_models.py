"""The models that chapters 12 and 14 load beside those they train are what the text says of them."""

import runpy
from functools import cache
from pathlib import Path

import pytest

import minidl as md
from minidl.vision import metrics

MODELS = Path(__file__).parents[2] / "assets" / "models"
EMOJI = runpy.run_path(str(MODELS / "emoji_cnn" / "train.py"))
PLACES = runpy.run_path(str(MODELS / "what_is_where" / "train.py"))


@cache
def chapter():
    return PLACES["chapter"]()


def small(file):
    return file.stat().st_size < 450_000


@cache
def right(way, seed):
    """The share of the drawings put aside that a bundled network tells apart."""
    before, _, _, _ = EMOJI["WAYS"][way]
    _, (images, labels) = EMOJI["parts"]()
    model = EMOJI["seer"]()
    model.load_state_dict(md.load(MODELS / "emoji_cnn" / f"{way}{seed}.safetensors"))
    with md.no_grad():
        return md.train.metrics.accuracy(model.eval()(before(images)), labels)


@pytest.mark.parametrize(("way", "seed"), [(way, seed) for way, (*_, seeds) in EMOJI["WAYS"].items() for seed in seeds])
def test_a_bundled_network_tells_more_than_half_of_the_emoji_apart(way, seed):
    assert right(way, seed) > 0.5
    assert small(MODELS / "emoji_cnn" / f"{way}{seed}.safetensors")


def test_augmentation_helps_with_emoji_when_it_is_given_the_time():
    as_they_are = [right("as_they_are_longer", seed) for seed in range(3)]
    augmented = [right("augmented_longer", seed) for seed in range(3)]
    assert min(augmented) > max(as_they_are) + 0.02
    assert min(augmented) > max(right("augmented", seed) for seed in range(3)) + 0.02


@pytest.mark.parametrize(("loss", "seed"), [(loss, seed) for loss, seeds in PLACES["UNETS"].items() for seed in seeds])
def test_a_bundled_unet_paints_nuclei_better_than_the_threshold(loss, seed):
    model = chapter()["UNet"]()
    file = MODELS / "what_is_where" / f"unet_{loss}{seed}.safetensors"
    model.load_state_dict(md.load(file))
    part = md.data.nuclei()[:256, 256:]
    with md.no_grad():
        mask = model.eval()(part.image.sqrt()[None, None])[0, 0] > 0
    assert metrics.iou(mask, part.mask) > 0.74  # the threshold reaches 0.72
    assert small(file)


@pytest.mark.parametrize("seed", PLACES["DETECTORS"])
def test_a_bundled_detector_answers_with_a_heat_map_and_sides(seed):
    names = chapter()
    model = names["detector"](classes=10, width=16)
    file = MODELS / "what_is_where" / f"detector{seed}.safetensors"
    model.load_state_dict(md.load(file))
    images, truth = names["unseen"][:20], names["unseen_truth"][:20]
    heat, _ = names["targets"](truth, classes=10)
    with md.no_grad():
        said = model.eval()(images)[:, :10].sigmoid().amax(dim=1)
    here = heat.amax(dim=1) == 1
    assert said[here].mean().item() > 5 * said[~here].mean().item()
    assert small(file)
