"""The bundled census: its size and shares, its columns, and what a damaged file says."""

import pytest

import minidl as md
from minidl.data import census_table
from minidl.errors import DataFileError

TRAIN, TEST = md.data.census()


def test_a_quarter_of_the_people_earn_much():
    assert len(TRAIN) == 32561
    assert len(TEST) == 16281
    assert TRAIN.target.float().mean().item() == pytest.approx(0.2408, abs=1e-4)
    assert TEST.target.float().mean().item() == pytest.approx(0.2362, abs=1e-4)


def test_the_columns_are_five_numbers_and_one_for_each_word():
    assert TRAIN.features.shape == (len(TRAIN), 91) == (len(TRAIN), len(TRAIN.feature_names))
    assert TRAIN.feature_names[:2] == ["age", "education-num"]
    assert TRAIN.features.dtype == md.float32
    assert 0 <= TRAIN.features.min().item() <= TRAIN.features.max().item() <= 1
    assert (TRAIN.features[:, 5:].sum(dim=1) == 7).all()  # a word for each of seven questions


def test_a_person_in_words_is_the_row_in_numbers():
    person, row = TRAIN.person(0), dict(zip(TRAIN.feature_names, TRAIN.features[0].tolist(), strict=True))
    assert person == {
        "age": 39,
        "education-num": 13,
        "capital-gain": 2174,
        "capital-loss": 0,
        "hours-per-week": 40,
        "workclass": "State-gov",
        "marital-status": "Never-married",
        "occupation": "Adm-clerical",
        "relationship": "Not-in-family",
        "race": "White",
        "sex": "Male",
        "native-country": "United-States",
    }
    assert row["age"] == pytest.approx(0.39)
    assert row["capital-gain"] == pytest.approx(0.667, abs=1e-3)
    assert [name for name, value in row.items() if ": " in name and value] == [
        f"{name}: {word}" for name, word in person.items() if isinstance(word, str)
    ]


def test_most_people_are_the_only_ones_of_their_kind():
    every = md.cat([TRAIN.features, TEST.features])
    _, counts = every.unique(dim=0, return_counts=True)
    assert (counts == 1).sum().item() / len(every) == pytest.approx(0.771, abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"this is text", b"PK\x03\x04 cut off"])
def test_a_damaged_file_says_so(content, tmp_path, monkeypatch):
    place = tmp_path / "data" / "census"
    place.mkdir(parents=True)
    (place / "census.npz").write_bytes(content)
    monkeypatch.setattr(census_table, "folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"census\.npz is damaged"):
        md.data.census()
