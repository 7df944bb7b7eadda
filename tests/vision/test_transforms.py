"""Transforms do to every image what torchvision's do with the same seed (fixtures/make_vision.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import minidl as md
from minidl.errors import MinidlError, ShapeError
from minidl.vision import transforms
from tests.vision.recipes import FIXED, GRIDS, RANDOM, arguments, pixels

ANSWERS = json.loads((Path(__file__).parents[1] / "fixtures" / "vision.json").read_text())


def expected(part, key):
    found = ANSWERS[part][key]
    return np.array(found["values"], dtype=np.float32).reshape(found["shape"])


@pytest.mark.parametrize("key", RANDOM)
def test_a_batch_is_transformed_as_torchvision_transforms_its_images_one_after_the_other(key):
    name, given, shape = RANDOM[key]
    md.manual_seed(3)
    out = getattr(transforms, name)(**arguments(given))(md.tensor(pixels(4, *shape)))
    np.testing.assert_allclose(out.array, expected("random", key), atol=2e-5)


@pytest.mark.parametrize("key", FIXED)
def test_what_is_not_random_is_torchvisions(key):
    name, given, shape = FIXED[key]
    out = getattr(transforms, name)(**arguments(given))(pixels(4, *shape))
    np.testing.assert_allclose(out.array, expected("fixed", key), atol=2e-5)


@pytest.mark.parametrize("key", GRIDS)
def test_a_grid_is_torchvisions(key):
    shape, given = GRIDS[key]
    out = md.vision.make_grid(md.tensor(pixels(*shape)), **arguments(given))
    np.testing.assert_allclose(out.array, expected("grids", key), atol=2e-5)


@pytest.mark.parametrize("key", RANDOM)
def test_an_image_alone_gets_what_it_gets_in_a_batch(key):
    name, given, shape = RANDOM[key]
    transform = getattr(transforms, name)(**arguments(given))
    images = pixels(4, *shape)
    md.manual_seed(1)
    together = transform(images)
    md.manual_seed(1)
    alone = md.stack([transform(image) for image in images])
    np.testing.assert_allclose(together.array, alone.array, atol=1e-6)


def test_a_quarter_turn_moves_every_pixel_to_its_place_with_both_interpolations():
    images = pixels(2, 3, 7, 7)
    for interpolation in ("nearest", "bilinear"):
        turn = transforms.RandomRotation((90, 90), interpolation=interpolation)
        np.testing.assert_allclose(turn(images).array, np.rot90(images, axes=(2, 3)), atol=1e-5)


def test_half_a_pixel_is_the_mean_of_two():
    image = np.array([[[0.0, 2.0, 6.0]]], dtype=np.float32)
    maps = np.array([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    moved = transforms.affine.sampled(image[None], maps, "bilinear")
    np.testing.assert_allclose(moved[0], [[[1.0, 4.0, 3.0]]])  # at the end half of what is outside, 0
    around = transforms.affine.sampled(image[None], maps, "bilinear", fill=8.0)
    np.testing.assert_allclose(around[0], [[[1.0, 4.0, 7.0]]])


def test_bytes_stay_bytes():
    images = (pixels(3, 1, 8, 8) * 255).astype(np.uint8)
    every = [transforms.RandomCrop(5), transforms.RandomAffine(20, interpolation="bilinear"), transforms.Resize(3)]
    for transform in [*every, transforms.RandomHorizontalFlip(), transforms.CenterCrop(4)]:
        assert transform(images).dtype == md.uint8


def test_the_images_that_came_are_left_as_they_were():
    images = pixels(4, 3, 9, 9)
    for name, given, _ in RANDOM.values():
        transform = getattr(transforms, name)(**arguments({**given, "size": 9} if "size" in given else given))
        transform(images)
    np.testing.assert_array_equal(images, pixels(4, 3, 9, 9))


def test_a_generator_of_its_own_leaves_the_common_stream_alone():
    md.manual_seed(0)
    first = md.rand(1)
    md.manual_seed(0)
    own = transforms.RandomAffine(20, generator=md.Generator().manual_seed(5))
    a = own(pixels(2, 1, 6, 6))
    assert md.rand(1).item() == first.item()
    b = transforms.RandomAffine(20, generator=md.Generator().manual_seed(5))(pixels(2, 1, 6, 6))
    np.testing.assert_array_equal(a.array, b.array)


def test_compose_goes_through_all_and_a_transform_is_a_module():
    both = [transforms.Grayscale(), transforms.Normalize([0.5], [0.5])]
    images = pixels(2, 3, 4, 4)
    np.testing.assert_array_equal(transforms.Compose(both)(images).array, md.nn.Sequential(*both)(images).array)


def test_to_tensor_puts_channels_first_and_bytes_between_0_and_1():
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    out = transforms.ToTensor()(picture)
    np.testing.assert_allclose(out.array, picture.transpose(2, 0, 1) / np.float32(255))
    assert transforms.ToTensor()(np.ones((2, 4))).shape == (1, 2, 4)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (
            lambda: transforms.RandomCrop(9)(pixels(1, 5, 5)),
            ShapeError,
            r"cannot cut a part of \(9, 9\).*pad_if_needed=True",
        ),
        (lambda: transforms.Grayscale()(pixels(5, 5)), ShapeError, r"Grayscale works on images of shape"),
        (lambda: transforms.Grayscale()(pixels(2, 5, 5)), ShapeError, "colours have three channels.*have 2"),
        (lambda: transforms.Normalize([0.5] * 3, [1] * 3)(pixels(1, 5, 5)), ShapeError, "3 means.*have 1 channels"),
        (lambda: transforms.Normalize([0.5], [0.0]), ValueError, "above 0"),
        (lambda: transforms.ColorJitter(hue=0.7), ValueError, "hue goes from -0.5 to 0.5"),
        (lambda: transforms.ColorJitter(brightness=-1), ValueError, "at least 0, not -1"),
        (lambda: transforms.ColorJitter(0.5)(np.zeros((3, 2, 2), np.uint8)), MinidlError, "floats from 0 to 1.*uint8"),
        (lambda: transforms.Resize(3)(md.ones(1, 4, 4, requires_grad=True)), MinidlError, "no gradient passes"),
        (lambda: transforms.Resize(3, interpolation="cubic"), ValueError, "cubic"),
        (lambda: md.vision.make_grid(md.ones(3)), ShapeError, "make_grid takes images"),
        (lambda: md.vision.make_grid([]), ShapeError, "make_grid takes images"),
        (lambda: md.vision.make_grid(pixels(2, 1, 4, 4), nrow=0), ValueError, "at least 1 image.*nrow=0"),
        (lambda: md.vision.make_grid([md.ones(3, 4, 4), md.ones(3, 5, 5)]), ShapeError, "images of one size"),
        (lambda: transforms.RandomCrop(4.5), ValueError, "one whole number or of two.*got 4.5"),
        (lambda: transforms.CenterCrop(-1), ValueError, "at least 1, and got -1"),
        (lambda: transforms.Resize(0), ValueError, "at least 1, and got 0"),
        (lambda: transforms.RandomCrop(4, padding=(1, 2, 3)), ValueError, r"left, above, right, below.*got \(1, 2, 3\)"),
        (lambda: transforms.RandomCrop(4, fill=(1, 0, 0)), ValueError, "one number for all channels"),
        (lambda: transforms.RandomHorizontalFlip(2), ValueError, "probability from 0 to 1, not 2"),
        (lambda: transforms.RandomAffine(0, translate=(4, 4)), ValueError, r"shares of the width.*4 / 28.*got \(4, 4\)"),
        (lambda: transforms.RandomAffine(0, scale=1.1), ValueError, r"\(0.9, 1.1\) for a tenth.*got 1.1"),
        (lambda: transforms.RandomAffine(0, shear=(1, 2, 3)), ValueError, "shear is one number.*2 or 4 of them"),
        (lambda: transforms.RandomRotation("10"), ValueError, "degrees is one number.*got '10'"),
        (lambda: transforms.RandomAffine(5, interpolation="bicubic"), ValueError, "'nearest', 'bilinear', not 'bicubic'"),
        (lambda: transforms.ColorJitter("a"), ValueError, "brightness is one number or two.*got 'a'"),
        (lambda: transforms.Normalize([], []), ValueError, "a mean and a deviation for each channel"),
        (lambda: transforms.ColorJitter(0.1)(pixels(8, 8, 3)), ShapeError, r"\(1, 8, 8, 3\).*channels are the last axis"),
        (lambda: transforms.CenterCrop(4)(pixels(8, 8)), ShapeError, r"one in grey is images\[None\]"),
        (lambda: transforms.CenterCrop(4)(pixels(3, 0, 8)), ShapeError, "works on images of shape"),
        (lambda: transforms.CenterCrop(4)("a.png"), TypeError, "a tensor or an array.*got str.*read_image"),
        (lambda: transforms.RandomHorizontalFlip()(Image.new("RGB", (8, 9))), TypeError, "got Image.*ToTensor"),
        (lambda: transforms.Compose(transforms.CenterCrop(4)), TypeError, r"a list of transforms: Compose\(\[...\]\)"),
        (lambda: transforms.Compose([transforms.CenterCrop]), TypeError, r"the class CenterCrop.*CenterCrop\(...\)"),
        (lambda: transforms.Compose([None]), TypeError, "one of these is None"),
        (lambda: transforms.RandomCrop(4, generator=3)(pixels(3, 8, 8)), TypeError, "a minidl.Generator.*not 3"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(ask, error, words):
    with pytest.raises(error, match=words):
        ask()


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric"])
def test_a_crop_may_be_padded_with_the_image_itself(mode):
    image = md.arange(12.0).reshape(1, 1, 3, 4)
    whole = np.pad(image.numpy(), ((0, 0), (0, 0), (2, 2), (1, 1)), mode)
    assert np.array_equal(transforms.RandomCrop((7, 6), padding=(1, 2), padding_mode=mode)(image).numpy(), whole)


def test_arguments_of_a_crop_by_position_are_those_of_torchvision():
    crop = transforms.RandomCrop(5, 1, True, 0.5, "edge")
    assert (crop.size, crop.padding, crop.pad_if_needed, crop.fill, crop.padding_mode) == ((5, 5), 1, True, 0.5, "edge")


def test_a_size_of_one_number_and_a_mean_for_all_channels_come_in_every_form():
    image = pixels(3, 8, 12)
    for size in (4, (4,), np.int64(4), (4, 4)):
        assert transforms.CenterCrop(size)(image).shape == (3, 4, 4)
    assert transforms.Resize((4,))(image).shape == transforms.Resize(4)(image).shape == (3, 4, 6)
    alike = transforms.Normalize([0.5] * 3, [0.25] * 3)(image)
    assert np.array_equal(transforms.Normalize(0.5, 0.25)(image).numpy(), alike.numpy())


def test_another_padding_is_refused():
    with pytest.raises(ValueError, match="padding_mode is one of 'constant', 'edge', 'reflect', 'symmetric', not 'wrap'"):
        transforms.RandomCrop(3, padding_mode="wrap")


def test_one_infinite_pixel_reaches_only_its_neighbours_in_another_size():
    x = md.zeros(1, 7, 7)
    x[0, 3, 3] = float("inf")
    y = transforms.Resize((4, 9))(x)[0]
    assert (~y.isfinite()).nonzero().tolist() == [[row, column] for row in (1, 2) for column in (3, 4, 5)]
    assert y[0, 0] == 0
