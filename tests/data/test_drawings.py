"""The emoji: what is bundled, and that no family is on both sides of the split."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import DataFileError


def test_the_split_is_fixed_and_keeps_families_together():
    train, test = md.data.emoji()
    assert (len(train), len(test)) == (1525, 381)
    assert not set(train.families.tolist()) & set(test.families.tolist())
    assert len(set(train.families.tolist()) | set(test.families.tolist())) == 1650


def test_drawings_that_are_equal_are_one_family():
    train, test = md.data.emoji()
    seen = {}
    for part in (train, test):
        for image, number in zip(part.images.array, part.families.tolist(), strict=True):
            assert seen.setdefault(image.tobytes(), number) == number


def test_a_drawing_has_its_category_name_and_character():
    train, test = md.data.emoji()
    for part in (train, test):
        assert part.images.shape == (len(part), 3, 24, 24)
        assert part.images.dtype == md.float32
        assert (part.images.array.min(), part.images.array.max()) == (0, 1)
        assert len(part.names) == len(part.characters) == len(part.labels) == len(part)
        assert set(part.labels.tolist()) == set(range(9))
    k = train.names.index("hot dog")
    assert train.characters[k] == "\N{HOT DOG}"
    assert train.categories[train.labels[k].item()] == "Food & Drink"
    red = train.images[train.names.index("heavy large circle")].mean(dim=(1, 2))
    assert red[0] > red[2]  # channels are red, green, blue


def test_the_corner_of_most_drawings_is_white():
    train, _ = md.data.emoji()
    assert np.mean(train.images.array[:, :, 0, 0].min(axis=1) == 1) > 0.7


@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_a_damaged_file_is_refused_in_one_line(tmp_path, monkeypatch, damage):
    target = tmp_path / "data" / "emoji"
    target.mkdir(parents=True)
    if damage == "cut short":
        (target / "emoji.npz").write_bytes(b"PK\x03\x04")
    monkeypatch.setattr("minidl.data.drawings.folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"the bundled file emoji\.npz (cannot be read|is damaged)") as error:
        md.data.emoji()
    assert "\n" not in str(error.value)
