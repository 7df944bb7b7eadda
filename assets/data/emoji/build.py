"""Build emoji.npz from the npm package emoji-datasource-twitter 16.0.0.

    npm pack emoji-datasource-twitter@16.0.0
    tar xzf emoji-datasource-twitter-16.0.0.tgz package/emoji.json package/img/twitter/64
    python build.py package

The drawings are put on white and made smaller, from 64 to 24 pixels. Drawings of one *family* (a woman, a man and a person
who run; the clock at every half hour; flags that are the same) look so much alike that they must not be divided between
training and test: whole families are drawn for the test split, with a fixed seed, until it has a fifth of the drawings.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 24
LEFT_OUT = "Component"  # five skin tones, which are plain squares
JOINER, SIGN, WOMAN, MAN, RIGHT = "200D", "FE0F", "2640", "2642", "27A1"
# man, woman, person; boy, girl, child; old man, old woman, old person
PEOPLE = {"1F468", "1F469", "1F9D1", "1F466", "1F467", "1F9D2", "1F474", "1F475", "1F9D3"}


def drawing(path):
    """A drawing on white, (SIZE, SIZE, 3) bytes."""
    picture = Image.open(path).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    on_white = Image.alpha_composite(white, picture).convert("RGB")
    return np.asarray(on_white.resize((SIZE, SIZE), Image.Resampling.BOX))


def family(entry):
    """What a drawing shows, whoever does it and whichever way they look."""
    if entry["subcategory"] in ("family", "time"):
        return entry["subcategory"]
    parts = [p for p in entry["unified"].split("-") if p not in (JOINER, SIGN, WOMAN, MAN, RIGHT)]
    return "-".join("person" if p in PEOPLE else p for p in parts)


def families(entries, images):
    """A number for each drawing, the same for all of a family, and for drawings that are the same."""
    number_of, found = {}, []
    for entry, image in zip(entries, images, strict=True):
        keys = family(entry), image.tobytes()
        number = min([number_of[key] for key in keys if key in number_of], default=len(number_of))
        number_of.update(dict.fromkeys(keys, number))
        found.append(number)
    return np.unique(found, return_inverse=True)[1]


def held_out(groups):
    """Which drawings are for the test: families in random order, until they are a fifth of all."""
    order = np.random.RandomState(0).permutation(groups.max() + 1)
    sizes = np.bincount(groups)[order]
    return np.isin(groups, order[: np.searchsorted(sizes.cumsum(), len(groups) / 5)])


def main(folder):
    """Write the splits to emoji.npz beside this script, and print its checksum."""
    source, target = Path(folder), Path(__file__).with_name("emoji.npz")
    listed = json.loads((source / "emoji.json").read_text(encoding="utf-8"))
    entries = sorted((e for e in listed if e["category"] != LEFT_OUT), key=lambda e: e["sort_order"])
    images = np.stack([drawing(source / "img" / "twitter" / "64" / e["image"]) for e in entries])
    categories = sorted({e["category"] for e in entries})
    columns = {
        "images": images,
        "labels": np.array([categories.index(e["category"]) for e in entries], np.uint8),
        "names": np.array([e["name"].lower() for e in entries]),
        "characters": np.array(["".join(chr(int(p, 16)) for p in e["unified"].split("-")) for e in entries]),
        "families": families(entries, images).astype(np.int16),
    }
    test = held_out(columns["families"])
    arrays = {"categories": np.array(categories)}
    for split, rows in (("train", np.flatnonzero(~test)), ("test", np.flatnonzero(test))):
        order = np.random.RandomState(1).permutation(rows)
        arrays |= {f"{split}_{name}": values[order] for name, values in columns.items()}
    np.savez_compressed(target, **arrays)
    print(target.name, hashlib.sha256(target.read_bytes()).hexdigest())
    print({name: array.shape for name, array in arrays.items()})


if __name__ == "__main__":
    main(*sys.argv[1:2])
