"""Damage to files: of bytes, whatever they mean, and of JSON, so that it can still be read but makes no sense."""

import copy
import json

JUNK = [
    None,
    True,
    -1,
    0,
    1,
    10**30,
    1e400,
    float("nan"),
    "",
    "x",
    "\x00",
    "\ud800",
    "../../x",
    [],
    {},
    [[]],
    {"": None},
    {"a.b": 1},
    "9" * 5000,
    ["a", 1],
    {"__metadata__": {}},
]


def damaged(rng, content):
    """The bytes with something wrong: cut, changed, inserted, doubled, exchanged."""
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        i, j = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        kind = rng.randrange(7)
        if kind == 0:
            del content[i:]
        elif kind == 1:
            del content[i : i + rng.choice([1, 8, j - i])]
        elif kind == 2 and i < len(content):
            content[i] ^= 1 << rng.randrange(8)
        elif kind == 3:
            content[i:i] = rng.randbytes(rng.choice([1, 8, 100]))
        elif kind == 4:
            content[i : i + 8] = rng.choice([0, 2**64 - 1, 2**63, 2**31, 2**32 - 1]).to_bytes(8, "little")
        elif kind == 5:
            content[j:j] = content[i : i + 200]
        else:
            content[i:j] = bytes(j - i)
        if not content:
            break
    return bytes(content)


def nonsense(rng, content):
    """JSON of the same form, with other things in some places."""
    thing = [copy.deepcopy(json.loads(content))]
    for _ in range(rng.choice([1, 1, 2, 5])):
        place, key = thing, 0
        while isinstance(place[key], dict | list) and place[key] and rng.random() < 0.8:
            place = place[key]
            key = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
        if isinstance(place, dict) and rng.random() < 0.2:
            place[rng.choice(["", "x", key + "x", "ch01.ex2"])] = place.pop(key)
        else:
            place[key] = copy.deepcopy(rng.choice(JUNK))
    return json.dumps(thing[0]).encode()
