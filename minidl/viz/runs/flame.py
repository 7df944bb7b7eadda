"""A profile as blocks: the modules from the outside in, then their operations, each as wide as what it costs."""

from dataclasses import dataclass

from minidl.errors import MinidlError

QUANTITIES = {"flops": "FLOP", "bytes": "B", "seconds": "s", "kept": "B"}  # and their units


@dataclass
class Block:
    """One block: what it is called, how deep it lies, where it begins and how wide it is (shares of the whole)."""

    name: str
    kind: str
    direction: str
    depth: int
    start: float
    width: float
    amount: float


def flame_blocks(profile, by="flops"):
    """The blocks of a profile, forward first.

    Raises
    ------
    ValueError
        When `by` is none of "flops", "bytes", "seconds", "kept".
    MinidlError
        When nothing costs anything.
    """
    if by not in QUANTITIES:
        raise ValueError(f"by is one of {', '.join(map(repr, QUANTITIES))}, not {by!r}")
    whole = sum(getattr(e, by) for e in profile.entries)
    if not whole > 0:
        raise MinidlError(f"no operation of this profile has any {by}, so there is nothing to draw")
    blocks, start = [], 0.0
    for direction in ("forward", "backward"):
        tree: dict = {}
        for e in profile.entries:
            if e.direction == direction and getattr(e, by):
                place = tree
                for part in [*e.module.split("."), ""] if e.module else [""]:
                    if part:
                        place = place.setdefault(("module", part), {})
                key = ("operation", e.operation)
                place[key] = place.get(key, 0) + getattr(e, by)
        amount = _amount(tree)
        if amount:
            blocks.append(Block(direction, "direction", direction, 0, start, amount / whole, amount))
            _lay(tree, direction, 1, start, whole, blocks)
        start += amount / whole
    return blocks


def _amount(tree):
    return sum(_amount(v) if isinstance(v, dict) else v for v in tree.values())


def _lay(tree, direction, depth, start, whole, blocks):
    """Lay the blocks of a tree side by side."""
    for (kind, name), inside in tree.items():
        amount = _amount(inside) if isinstance(inside, dict) else inside
        blocks.append(Block(name, kind, direction, depth, start, amount / whole, amount))
        if isinstance(inside, dict):
            _lay(inside, direction, depth + 1, start, whole, blocks)
        start += amount / whole


def in_units(amount, unit):
    """An amount with a prefix of its unit.

    >>> in_units(66048, "FLOP"), in_units(0.0021, "s")
    ('66 kFLOP', '2.1 ms')
    """
    prefixes = {1e9: "G", 1e6: "M", 1e3: "k", 1: "", 1e-3: "m", 1e-6: "µ"}
    size = next((size for size in prefixes if amount >= size), 1e-6)
    return f"{amount / size:.3g} {prefixes[size]}{unit}"


def plural(by):
    """How the axis calls a quantity."""
    return {"flops": "FLOPs", "kept": "kept bytes"}.get(by, by)


def flame_title(blocks, by="flops"):
    """What a reader should see: the operation that costs most."""
    names: dict = {}
    for block in blocks:
        if block.kind == "operation":
            names[block.name] = names.get(block.name, 0) + block.width
    most = max(names, key=lambda name: names[name])
    back = sum(block.width for block in blocks if block.kind == "direction" and block.direction == "backward")
    return f"{names[most]:.0%} of all {plural(by)} are in {most}; the backward pass has {back:.0%}"
