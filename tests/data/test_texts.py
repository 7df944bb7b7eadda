"""The bundled texts: what is in them, and what a damaged file says."""

import gzip
import re

import pytest

import minidl as md
from minidl.data import texts
from minidl.errors import DataFileError


def test_reviews_are_split_once_and_share_no_sentence():
    train, test = md.data.reviews()
    assert (len(train), len(test)) == (8566, 2000)
    assert not set(train.texts) & set(test.texts)
    for part in (train, test):
        assert part.labels.float().mean().item() == pytest.approx(0.5, abs=0.02)
        assert ((part.ratings > 0) == part.labels.bool()).all()
        assert (part.ratings.abs() <= 4).all()
        assert (part.spreads >= 0).all()
        assert part[3] == (part.texts[3], part.labels[3])
    assert md.data.reviews()[1].texts == test.texts


def test_reviews_go_through_a_loader():
    train, _ = md.data.reviews()
    sentences, labels = next(iter(md.data.DataLoader(train, batch_size=5)))
    assert list(sentences) == train.texts[:5]
    assert labels.tolist() == train.labels[:5].tolist()


def test_names_come_by_how_often_they_were_given():
    names = md.data.names()
    given = names["girls"] + names["boys"]
    assert len(set(names["names"])) == 8000
    assert all(re.fullmatch("[a-z]+", name) for name in names["names"])
    assert (given[1:] <= given[:-1]).all()
    assert given[0].item() > 5_000_000


def test_the_novel_is_whole():
    text = md.data.novel()
    assert len(text) == 684_768
    assert len(re.findall(r"^Chapter \d+$", text, re.MULTILINE)) == 61
    assert text.rstrip().endswith("had been the means of uniting them.")


def test_every_poem_has_four_lines_of_five_characters():
    poems = md.data.poems()
    assert len(set(poems["poems"])) == len(poems["titles"]) == len(poems["authors"]) == 3707
    assert all([len(line) for line in re.findall("[^，。]+", poem)] == [5, 5, 5, 5] for poem in poems["poems"])


@pytest.mark.parametrize(("language", "count", "script"), [("zh", 3079, r"[\u4e00-\u9fff]"), ("fr", 3091, "[A-Za-zé]")])
def test_menus_are_pairs(language, count, script):
    pairs = md.data.menus(language)
    assert len(set(pairs)) == count
    assert all(english and other and english != other for english, other in pairs)
    assert sum(bool(re.search(script, other)) for _, other in pairs) > 0.98 * count


def test_a_language_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"'zh' \(Chinese\) and 'fr' \(French\), not in 'de'"):
        md.data.menus("de")


def test_damaged_and_missing_files_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"novel\.txt\.gz cannot be read"):
        md.data.novel()
    place = tmp_path / "data" / "novel"
    place.mkdir(parents=True)
    (place / "novel.txt.gz").write_bytes(gzip.compress(b"It was the best of times"))
    with pytest.raises(DataFileError, match=r"novel\.txt\.gz is damaged"):
        md.data.novel()


def test_docstrings_are_first_lines_with_a_paragraph_each_once():
    docs = md.data.docstrings()
    assert {len(part) for part in docs.values()} == {5089}
    assert all(4 <= len(summary.split()) <= 12 for summary in docs["summaries"])
    assert all(8 <= len(paragraph.split()) <= 60 for paragraph in docs["paragraphs"])
    assert len({text.lower() for text in docs["summaries"] + docs["paragraphs"]}) == 2 * 5089
    assert all(name.startswith(package) for name, package in zip(docs["names"], docs["packages"], strict=True))
