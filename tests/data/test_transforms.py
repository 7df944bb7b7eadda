"""Transforms learn from the training data alone, keep what can be undone undoable, and follow their seed."""

import numpy as np
import pytest

import minidl as md
from minidl.data import transforms as t
from minidl.errors import MinidlError, OutOfRangeError, ShapeError


@pytest.mark.parametrize("kind", [t.Standardize, t.Normalize])
def test_scaling_is_learned_from_the_training_data_and_undone_by_its_inverse(kind):
    train, test = md.rand(50, 3) * 10, md.rand(20, 3) * 20
    scale = kind().fit(train)
    np.testing.assert_allclose(scale.inverse(scale(test)).array, test.array, rtol=1e-5)
    assert np.abs(scale(train).mean(0).array - (0 if kind is t.Standardize else 0.5)).max() < 0.2
    before = scale(train).array
    scale(test)
    np.testing.assert_array_equal(scale(train).array, before)


def test_images_are_standardised_by_channel_and_constant_columns_become_zero():
    x = md.rand(8, 2, 4, 4)
    z = t.Standardize(dim=(0, 2, 3)).fit_transform(x)
    np.testing.assert_allclose(z.mean((0, 2, 3)).array, 0, atol=1e-5)
    np.testing.assert_allclose(z.std((0, 2, 3), correction=0).array, 1, rtol=1e-4)
    assert t.Normalize().fit_transform(md.ones(3, 1)).tolist() == [[0.0]] * 3


def test_what_was_not_fitted_says_so():
    with pytest.raises(MinidlError, match=r"Standardize must be fitted first, on the training data: transform.fit\(train\)"):
        t.Standardize()(md.ones(2, 2))


def test_categories_come_back_and_unknown_ones_are_refused():
    encode = t.OneHot().fit(["b", "a", "b", "c"])
    assert encode.inverse(encode(["c", "a"])) == ["c", "a"]
    with pytest.raises(OutOfRangeError, match=r"category 'd' was not among the training data, which had \['a', 'b', 'c'\]"):
        encode(["d"])


def test_padding_and_its_mask_are_undone():
    sequences = [md.tensor([1.0, 2.0]), md.tensor([3.0]), md.tensor([4.0, 5.0, 6.0])]
    padder = t.PadSequences()
    batch, mask = padder(sequences)
    assert batch.shape == mask.shape == (3, 3)
    assert [s.tolist() for s in padder.inverse((batch, mask))] == [[1, 2], [3], [4, 5, 6]]


def test_a_chain_is_fitted_in_order_and_undone_backwards():
    x = md.rand(30, 2) * 5
    chain = t.Compose(t.Normalize(), t.Standardize()).fit(x)
    np.testing.assert_allclose(chain.inverse(chain(x)).array, x.array, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", [t.Noise, t.RandomFlip, t.RandomShift])
def test_augmentation_keeps_the_shape_follows_its_seed_and_leaves_the_original_alone(make):
    x = md.rand(6, 1, 5, 5)
    before = x.tolist()
    first, second = (make(generator=md.Generator().manual_seed(2))(x) for _ in range(2))
    assert first.shape == x.shape
    assert md.equal(first, second)
    assert not md.equal(first, x)
    assert x.tolist() == before


def test_flips_shifts_and_crops_do_what_they_say():
    x = md.arange(9).reshape(1, 1, 3, 3).float()
    assert t.RandomFlip(p=1)(x)[0, 0, 0].tolist() == [2, 1, 0]
    assert md.equal(t.RandomFlip(p=0)(x), x)
    assert md.equal(t.RandomShift(0)(x), x)
    part = t.RandomCrop(2)(x)[0, 0].array
    assert part.shape == (2, 2)
    assert (part[1, 0] - part[0, 0], part[0, 1] - part[0, 0]) == (3, 1)
    with pytest.raises(ShapeError, match=r"a part of \(4, 4\) cannot be cut out of images of \(3, 3\)"):
        t.RandomCrop(4)(x)
    with pytest.raises(ShapeError, match="RandomFlip works on images"):
        t.RandomFlip()(md.ones(3))
