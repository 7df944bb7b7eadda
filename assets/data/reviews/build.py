"""Build reviews.json.gz from the PyPI package vaderSentiment 3.3.2 (the source distribution).

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2 && tar xf vaderSentiment-3.3.2.tar.gz
    python build.py vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz

Sentences that say the same but for case and marks are kept once: the first.
"""

import gzip
import hashlib
import json
import re
import sys
import tarfile
from pathlib import Path


def main(archive):
    """Write reviews.json.gz beside this script, and print its checksum."""
    with tarfile.open(archive) as files:
        lines = files.extractfile("hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt").read().decode("utf-8")
        votes = files.extractfile("hutto_ICWSM_2014/movieReviewSnippets_anonDataRatings.txt").read().decode("ascii")
    spread = {number: float(rest.split("\t")[1]) for number, rest in (row.split("\t", 1) for row in votes.splitlines())}
    seen, rows = set(), []
    for row in lines.split("\r\n"):
        if not row.strip():
            continue
        number, rating, text = row.split("\t", 2)
        text = " ".join(text.replace("''", '"').split())
        key = re.sub(r"\W", "", text.lower())
        if key and key not in seen:
            seen.add(key)
            rows.append((text, round(float(rating), 2), round(spread[number], 2)))
    texts, ratings, spreads = zip(*rows, strict=True)
    write(Path(__file__).with_name("reviews.json.gz"), {"texts": texts, "ratings": ratings, "spreads": spreads})


def write(target, content):
    """Write JSON, packed without the time of day, so that the same content gives the same bytes."""
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    target.write_bytes(packed)
    print(
        target.name,
        len(packed),
        "bytes,",
        len(next(iter(content.values()))),
        "entries, SHA-256",
        hashlib.sha256(packed).hexdigest(),
    )


if __name__ == "__main__":
    main(sys.argv[1])
