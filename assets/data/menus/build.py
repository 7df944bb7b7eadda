"""Build menus.json.gz from the PyPI packages jupyterlab-language-pack-zh-CN and -fr-FR 4.5.post3.

    pip download --no-deps jupyterlab-language-pack-zh-CN==4.5.post3 jupyterlab-language-pack-fr-FR==4.5.post3
    unzip jupyterlab_language_pack_zh_cn-*.whl && unzip jupyterlab_language_pack_fr_fr-*.whl
    python build.py jupyterlab_language_pack_zh_CN jupyterlab_language_pack_fr_FR

Each English text once for each translation; those that were left in English are left out.
"""

import gettext
import gzip
import hashlib
import json
import sys
from pathlib import Path


def pairs(folder):
    """(English, translation) of all catalogues in a folder, each once, sorted."""
    found = set()
    for path in Path(folder).rglob("*.mo"):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog
        for key, translation in catalogue.items():
            english = (key[0] if isinstance(key, tuple) else key).split("\x04")[
                -1
            ]  # of plurals the first; without its context
            english, translation = (" ".join(text.split()) for text in (english, translation))
            if english and translation and english != translation:
                found.add((english, translation))
    return sorted(found)


def main(*folders):
    """Write menus.json.gz beside this script, and print its checksum."""
    content = {language: pairs(folder) for language, folder in zip(("zh", "fr"), folders, strict=True)}
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    Path(__file__).with_name("menus.json.gz").write_bytes(packed)
    counts = ", ".join(f"{len(found)} {language}" for language, found in content.items())
    print(len(packed), "bytes,", counts, "pairs, SHA-256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
