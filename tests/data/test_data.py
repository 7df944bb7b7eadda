"""Datasets, batches, and the data that comes along."""

import numpy as np
import pytest

import minidl as md
from minidl.data import DataLoader, Subset, TensorDataset, random_split
from minidl.errors import DataFileError, ShapeError


def test_digits_are_split_fixed_and_stratified():
    train, test = md.data.digits()
    assert (train.images.shape, test.images.shape) == ((8000, 1, 28, 28), (2000, 1, 28, 28))
    assert train.images.array.min() == 0.0
    assert train.images.array.max() == 1.0
    for split, size in ((train, 8000), (test, 2000)):
        shares = np.bincount(split.labels.array) / size
        np.testing.assert_allclose(shares, np.bincount(train.labels.array) / 8000, atol=5e-4)
    assert test.labels[:10].tolist() == [6, 9, 9, 8, 3, 2, 6, 0, 9, 1]


def test_no_digit_is_in_both_splits():
    train, test = md.data.digits()
    seen = {image.tobytes() for image in train.images.array}
    assert not any(image.tobytes() in seen for image in test.images.array)


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [("iris", (150, 4), 3), ("wine", (178, 13), 3), ("breast_cancer", (569, 30), 2), ("diabetes", (442, 10), None)],
)
def test_tables(name, shape, classes):
    table = getattr(md.data, name)()
    assert table.features.shape == shape
    assert len(table.feature_names) == shape[1]
    if classes:
        assert set(table.target.tolist()) == set(range(classes))
        assert len(table.target_names) == classes
    else:
        assert table.target.dtype == np.float32


def test_known_rows_of_the_tables():
    np.testing.assert_allclose(md.data.iris().features[0].array, [5.1, 3.5, 1.4, 0.2], rtol=1e-6)
    assert md.data.diabetes().target[0].item() == 151
    assert md.data.breast_cancer().target_names == ["malignant", "benign"]


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_file_is_refused_in_one_line(tmp_path, monkeypatch, damage):
    target = tmp_path / "data" / "tables"
    target.mkdir(parents=True)
    if damage == "changed":
        (target / "iris.npz").write_bytes(b"not what was shipped")
    monkeypatch.setattr("minidl.data.tables.folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"the bundled file iris\.npz (cannot be read|is damaged)") as error:
        md.data.iris()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "blobs", "sines"])
def test_synthetic_data_follows_its_seed(name):
    make = getattr(md.data, name)
    first, second = (make(51, generator=md.Generator().manual_seed(4)) for _ in range(2))
    for a, b in zip(first.tensors, second.tensors, strict=True):
        assert len(a) == 51
        assert md.equal(a, b)
    with pytest.raises(ValueError, match="n must be at least 2"):
        make(1)


def test_classes_of_the_moons_and_spirals_are_balanced():
    assert np.bincount(md.data.moons(101)[:][1].array).tolist() == [51, 50]
    assert np.bincount(md.data.spirals(100, classes=3)[:][1].array).tolist() == [34, 33, 33]
    with pytest.raises(ValueError, match="must not be negative"):
        md.data.moons(noise=-1)


# Batches


def test_every_example_comes_once_in_an_epoch():
    loader = DataLoader(TensorDataset(md.arange(23)), 5, shuffle=True)
    first, second = ([b for (batch,) in loader for b in batch.tolist()] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second
    assert len(loader) == 5


def test_the_last_small_batch_can_be_dropped():
    loader = DataLoader(TensorDataset(md.arange(23)), 5, drop_last=True)
    assert [len(b) for (b,) in loader] == [5, 5, 5, 5]
    assert len(loader) == 4


def test_a_loader_takes_samplers_collate_functions_and_any_dataset():
    class Squares(md.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return {"x": i, "y": float(i * i)}

    (batch,) = DataLoader(Squares(), 4)
    assert batch["y"].tolist() == [0, 1, 4, 9]
    assert [b.tolist() for (b,) in DataLoader(TensorDataset(md.arange(9)), 2, sampler=[8, 0, 4])] == [[8, 0], [4]]
    assert list(DataLoader(Squares(), 2, collate_fn=len)) == [2, 2]


def test_parts_of_a_dataset():
    data = TensorDataset(md.arange(10))
    part = Subset(data, [5, 7, 2])
    assert part[1][0].item() == 7
    assert [part[which][0].tolist() for which in (slice(None), [2, 0], md.tensor([True, False, True]), md.tensor([1]))] == [
        [5, 7, 2],
        [2, 5],
        [5, 2],
        [7],
    ]
    parts = random_split(data, [0.75, 0.25])
    assert [len(p) for p in parts] == [8, 2]
    assert sorted(i for p in parts for i in p.indices) == list(range(10))
    batches = [b.tolist() for (b,) in DataLoader(parts[0], 8)]
    assert sorted(batches[0]) == sorted(parts[0].indices)


def test_a_loader_finds_the_examples_of_a_part_of_a_part():
    part = Subset(Subset(TensorDataset(md.arange(10) * 10, md.arange(10)), [9, 7, 5, 3, 1]), [4, 0, 2])
    batches = [[x.tolist(), y.tolist()] for x, y in DataLoader(part, 2)]
    assert batches == [[[10, 90], [1, 9]], [[50], [5]]]
    md.manual_seed(3)
    whole = [b.tolist() for b, _ in DataLoader(part, 2, shuffle=True)]
    md.manual_seed(3)
    assert whole == [
        b.tolist() for b in DataLoader(part, 2, shuffle=True, collate_fn=lambda rows: md.stack([x for x, _ in rows]))
    ]


@pytest.mark.parametrize("parent", [TensorDataset, Subset])
def test_a_loader_heeds_a_getitem_of_ones_own(parent):
    class Negative(parent):
        def __getitem__(self, index):
            return tuple(-part for part in super().__getitem__(index))

    data = TensorDataset(md.arange(3))
    data = Negative(*data.tensors) if parent is TensorDataset else Negative(data, [0, 1, 2])
    ((batch,),) = DataLoader(data, 3)
    assert batch.tolist() == [0, -1, -2]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: TensorDataset(md.ones(3), md.ones(4)), ShapeError, r"need the same length; theirs are \[3, 4\]"),
        (lambda: random_split(TensorDataset(md.ones(3)), [1, 1]), ValueError, "add up to 2, and the dataset has 3"),
        (lambda: DataLoader(TensorDataset(md.ones(3)), 0), ValueError, "batch_size must be at least 1"),
        (
            lambda: DataLoader(TensorDataset(md.ones(3)), shuffle=True, sampler=[0]),
            ValueError,
            "either shuffle=True or a sampler",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
