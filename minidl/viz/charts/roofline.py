"""The roofline of a machine, and layers under it, as plain data."""

from dataclasses import dataclass

from minidl.errors import MinidlError


@dataclass
class Placed:
    """A layer: FLOPs for each byte, FLOPs a second, and the share of what the machine could do with it."""

    name: str
    kind: str
    intensity: float
    speed: float
    share: float
    bound: str


def placed_layers(profile, machine):
    """The layers of a profile that compute anything, each with the roof it lies under: "memory" or "arithmetic".

    Raises
    ------
    MinidlError
        When no layer computes anything.
    """
    found = []
    for row in profile.layers():
        work = row["forward"] + row["backward"]
        if not work or not row["seconds"]:
            continue
        speed, intensity = work / row["seconds"], row["intensity"]
        bound = "memory" if intensity < machine.ridge else "arithmetic"
        share = float(speed / machine.attainable(intensity))
        found.append(Placed(row["module"], row["kind"], intensity, speed, share, bound))
    if not found:
        raise MinidlError("no layer of this profile computes anything, so there is nothing to put under the roof")
    return found


def roofline_title(layers):
    """What a reader should see: how many layers are held up by memory."""
    slow = [layer.name for layer in layers if layer.bound == "memory"]
    few = ", ".join(slow[:3]) + (", ..." if len(slow) > 3 else "")
    return f"memory is the limit of {len(slow)} of {len(layers)} layers" + (f": {few}" if slow else "")
