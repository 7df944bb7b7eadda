"""Build poems.json.gz from the npm package chinese-poetry 2.0.1.

    npm pack chinese-poetry@2.0.1 && tar xf chinese-poetry-2.0.1.tgz
    python build.py package/dist/quantangshi

Quatrains of the Tang dynasty with five characters a line; a poem that comes again is kept once.
"""

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

QUATRAIN = re.compile(r"(?:[\u4e00-\u9fff]{5}，[\u4e00-\u9fff]{5}。){2}")


def number(path):
    """The number in a file's name, so that they come in order."""
    return int(path.name.split(".")[2])


def main(folder):
    """Write poems.json.gz beside this script, and print its checksum."""
    found = {}
    for path in sorted(Path(folder).glob("poet.tang.*.json"), key=number):
        for poem in json.loads(path.read_text(encoding="utf-8")):
            text = "".join(poem["paragraphs"])
            if QUATRAIN.fullmatch(text):
                found.setdefault(text, (poem["title"], poem["author"]))
    titles, authors = zip(*found.values(), strict=True)
    content = {"poems": list(found), "titles": titles, "authors": authors}
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    Path(__file__).with_name("poems.json.gz").write_bytes(packed)
    print(len(packed), "bytes,", len(found), "poems, SHA-256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
