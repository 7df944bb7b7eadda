"""What a random transform makes of images: each row begins with the image as it came."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.vision import transforms
from minidl.viz.charts.augmentations import augmented
from tests.viz.fuzzing import check_picture


def test_a_row_is_an_image_and_its_draws():
    images = md.rand(2, 3, 6, 6)
    found = augmented(transforms.RandomHorizontalFlip(), images, times=5)
    for image, draws in zip(images.array, found.drawn, strict=True):
        for drawn in draws:
            assert any(np.array_equal(drawn, either) for either in (image, image[..., ::-1]))
    sheet = found.sheet()
    assert sheet.pixels.shape == (12, 6, 6, 3)
    np.testing.assert_array_equal(sheet.pixels[6], np.moveaxis(images.array[1], 0, 2))
    assert (sheet.caption(6), sheet.caption(7)) == ("as it came", "")
    assert sheet.told(9) == "image 1, draw 3"


def test_the_stream_of_random_numbers_goes_on_as_before():
    md.manual_seed(0)
    first = md.rand(1).item()
    md.manual_seed(0)
    md.viz.augmentations(transforms.RandomAffine(20), md.rand(2, 1, 6, 6, generator=md.Generator()), times=2)
    assert md.rand(1).item() == first


def test_the_picture_says_by_how_much_a_pixel_changes():
    picture = md.viz.augmentations(lambda x: 1 - x, md.zeros(3, 5, 5), times=2)
    check_picture(picture)
    assert picture.text == "Augmentations: 1 image, and 2 draws of each; a pixel changes by 1.00 on average"
    assert picture.data == {"rows": 1, "times": 2, "changed": 1.0}
    points = picture.state()["points"]
    assert [point[2] for point in points] == ["image 0, as it came", "image 0, draw 1", "image 0, draw 2"]


def test_another_size_gets_a_frame():
    picture = md.viz.augmentations(transforms.RandomCrop(4), md.ones(2, 1, 6, 6), times=3)
    check_picture(picture)
    assert picture.data["changed"] is None
    cut = augmented(transforms.RandomCrop(4), md.ones(2, 1, 6, 6), 3).sheet().pixels[1]
    assert cut.sum() == 16
    assert cut[1:5, 1:5].all()


def test_colours_beside_grey_become_three_channels():
    assert augmented(transforms.Grayscale(), md.rand(2, 3, 4, 4), 1).drawn.shape == (2, 1, 3, 4, 4)


def test_what_makes_no_images_is_refused():
    with pytest.raises(ShapeError, match=r"of images \(4, 1, 3, 3\) the transform makes \(4, 9\): no images"):
        md.viz.augmentations(lambda x: x.flatten(1), md.rand(2, 1, 3, 3), times=2)
    with pytest.raises(ShapeError, match="images are drawn from shape"):
        md.viz.augmentations(lambda x: x, md.rand(2, 5, 3, 3))
    with pytest.raises(ValueError, match="at least once, not 0"):
        md.viz.augmentations(lambda x: x, md.rand(2, 1, 3, 3), times=0)
