"""What a learner's model translated becomes a language pack, as JupyterLab's server reads it."""

import json
import sys

import pytest
from jupyterlab_server import translation_utils

from minidl.cli import main
from minidl.course import write_language_pack


@pytest.fixture
def server(monkeypatch):
    """How JupyterLab's server reads the pack of a folder."""

    def reading(folder, locale):
        monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
        monkeypatch.delitem(sys.modules, "minidl_language_pack", raising=False)
        found, message = translation_utils.get_language_pack(locale)
        assert not message.strip()
        return found["jupyterlab"]

    return reading


def test_the_server_finds_every_text_in_menus_and_settings(tmp_path, server):
    assert write_language_pack({"Open": "打开", "Edit": "编辑"}, tmp_path / "mine") == 2
    catalogue = server(tmp_path / "mine", "zh_CN")
    assert [catalogue[key] for key in ("Open", "menu\x04Open", "settings\x04Open", "menu\x04Edit")] == [["打开"]] * 3 + [
        ["编辑"]
    ]
    assert catalogue[""]["language"] == "zh-CN"


def test_a_second_pack_takes_the_place_of_the_first(tmp_path, server):
    write_language_pack({"Open": "打开"}, tmp_path)
    write_language_pack({"Open": "开"}, tmp_path)
    assert server(tmp_path, "zh_CN")["Open"] == ["开"]


def test_what_lost_a_placeholder_or_is_empty_stays_english(tmp_path, server):
    said = {"Delete %1?": "删除", "Rename %1 to %2": "将 %1 改为 %2", "Run": " ", "Go to {line}": "转到 {line}"}
    assert write_language_pack(said, tmp_path) == 2
    catalogue = server(tmp_path, "zh_CN")
    assert "Rename %1 to %2" in catalogue
    assert "Go to {line}" in catalogue
    assert "Delete %1?" not in catalogue
    assert "Run" not in catalogue


def test_the_pack_says_which_language_is_spoken_and_keeps_the_course_settings(tmp_path):
    write_language_pack({"Open": "Ouvrir"}, tmp_path, locale="fr_FR")
    overrides = json.loads((tmp_path / "overrides.json").read_text(encoding="utf-8"))
    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "fr_FR"}
    assert overrides["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}


@pytest.mark.parametrize("locale", ["Chinese", "../zh", "zh-CN", ""])
def test_what_is_no_locale_is_refused(tmp_path, locale):
    with pytest.raises(ValueError, match="a locale is a language and a country"):
        write_language_pack({"Open": "打开"}, tmp_path, locale)
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_is_said(tmp_path):
    with pytest.raises(ValueError, match="there is no translation to write"):
        write_language_pack({"Open": "", "Delete %1?": "删除"}, tmp_path)


def test_a_folder_without_a_pack_is_named_before_anything_starts(tmp_path, capsys):
    assert main(["lab", str(tmp_path), "--language", str(tmp_path / "none"), "--no-browser"]) == 1
    assert "there is no language pack in" in capsys.readouterr().err


def test_an_empty_text_does_not_take_the_place_of_the_header(tmp_path, server):
    assert write_language_pack({"": "nothing", "Open": "打开"}, tmp_path) == 1
    assert server(tmp_path, "zh_CN")[""]["language"] == "zh-CN"


def test_translations_are_a_dictionary_of_texts(tmp_path):
    for wrong in (None, [("Open", "打开")]):
        with pytest.raises(TypeError, match="translations are a dictionary"):
            write_language_pack(wrong, tmp_path)
    for wrong in ({"Open": None}, {"Open": ["打开"]}, {3: "打开"}, {"Open": b"a"}):
        with pytest.raises(TypeError, match=r"a text \(str\) is needed"):
            write_language_pack(wrong, tmp_path)
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        write_language_pack({"Open": "\ud83d"}, tmp_path)
    with pytest.raises(ValueError, match="a locale is"):
        write_language_pack({"Open": "打开"}, tmp_path, locale=None)
