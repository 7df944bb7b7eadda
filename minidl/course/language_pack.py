"""A language pack for JupyterLab, written from translations: `minidl lab --language FOLDER` speaks it.

JupyterLab looks for packages that have an entry point `jupyterlab.languagepack`, and reads their catalogues: JSON files
with a list of forms for each English text. A text of a menu is found under "menu" + EOT + text, one of a setting under
"settings" + EOT + text; what we have does not say where a text stands, so each is written for all of them.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from minidl.course.copying import CourseError
from minidl.system.files import write_atomically
from minidl.text.splitting import text_of

LANGUAGE = "MINIDL_LAB_LANGUAGE"  # the environment variable by which JupyterLab's server gets the folder
PACKAGE = "minidl_language_pack"
CONTEXTS = ("", "menu\x04", "settings\x04", "schema\x04", "toolbar\x04")
PLACEHOLDER = re.compile(r"%\d|\{[^}]*\}|<[^>]*>")
OVERRIDES = Path(__file__).with_name("lab_settings") / "overrides.json"


def write_language_pack(translations, folder, locale="zh_CN"):
    """Write what a model translated as a language pack that `minidl lab --language FOLDER` opens.

    A translation that lost a placeholder of the English text (`%1`, or something in braces) is left out, and so is one
    that is empty: JupyterLab shows the English text there.

    Parameters
    ----------
    translations : dict of str to str
        English to translation.
    folder : path
        Where it is written; created if it is missing.
    locale : str
        Language and country: "zh_CN" or "fr_FR".

    Returns
    -------
    int
        How many texts the pack translates.

    Raises
    ------
    ValueError
        When the locale is not valid, or no translation is left.
    TypeError
        When the translations are no dictionary from text to text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_language_pack({"Open": "打开", "Delete %1?": "删除"}, folder)
    1
    """
    if not (isinstance(locale, str) and re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", locale)):
        raise ValueError(f"a locale is a language and a country, such as 'zh_CN' or 'fr_FR', not {locale!r}")
    if not isinstance(translations, Mapping):
        raise TypeError(f"translations are a dictionary, English to translation, not a {type(translations).__name__}")
    pairs = [(text_of(english), text_of(said)) for english, said in translations.items()]
    kept = {english: said for english, said in pairs if english and said.strip() and _keeps_places(english, said)}
    if not kept:
        raise ValueError("there is no translation to write: all are empty, or lost a placeholder such as %1")
    catalogue = {"": {"domain": "jupyterlab", "language": locale.replace("_", "-"), "plural_forms": "nplurals=1; plural=0;"}}
    catalogue |= {context + english: [said] for english, said in kept.items() for context in CONTEXTS}
    overrides = json.loads(OVERRIDES.read_text(encoding="utf-8"))
    overrides["@jupyterlab/translation-extension:plugin"] = {"locale": locale}
    folder = Path(folder)
    for place, text in {
        f"{PACKAGE}/__init__.py": "",
        f"{PACKAGE}/locale/{locale}/LC_MESSAGES/jupyterlab.json": _json(catalogue),
        f"{PACKAGE}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n",
        f"{PACKAGE}-1.0.dist-info/entry_points.txt": f"[jupyterlab.languagepack]\n{locale} = {PACKAGE}\n",
        "overrides.json": _json(overrides),
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / place, text.encode("utf-8"))
    return len(kept)


def language_pack(folder):
    """The absolute path of a folder, once it is known to hold a language pack.

    Raises
    ------
    CourseError
        When it holds none.
    """
    folder = Path(folder).resolve()
    if not (folder / "overrides.json").is_file() or not (folder / PACKAGE / "__init__.py").is_file():
        raise CourseError(f"there is no language pack in {folder}: chapter 19 writes one with write_language_pack")
    return folder


def _keeps_places(english, translation):
    """Whether both texts have the same placeholders."""
    return sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(translation))


def _json(content):
    return json.dumps(content, ensure_ascii=False, indent=1)
