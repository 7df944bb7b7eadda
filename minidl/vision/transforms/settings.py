"""What the transforms were asked for, brought into one form; what cannot work is refused when it is asked for."""

from numbers import Integral, Real

from minidl.vision.transforms.image_transform import InterpolationMode


def side_lengths(name, size):
    """A size as (height, width): whole numbers of at least 1.

    >>> side_lengths("CenterCrop", 3), side_lengths("CenterCrop", (3, 4))
    ((3, 3), (3, 4))
    """
    sides = numbers_of(size)
    if len(sides) not in (1, 2) or not all(isinstance(side, Integral) and int(side) >= 1 for side in sides):
        raise ValueError(
            f"{name} takes a size of one whole number or of two, (height, width), each at least 1, and got {size!r}"
        )
    height, width = sides if len(sides) == 2 else sides * 2
    return int(height), int(width)


def frame(name, padding):
    """A padding as left, above, right, below.

    >>> frame("RandomCrop", 2), frame("RandomCrop", (1, 2))
    ((2, 2, 2, 2), (1, 2, 1, 2))
    """
    pixels = numbers_of(padding)
    if len(pixels) not in (1, 2, 4) or not all(isinstance(n, Integral) and int(n) >= 0 for n in pixels):
        raise ValueError(
            f"{name} takes a padding of one whole number, of two (left and right, above and below) or of four "
            f"(left, above, right, below), each at least 0, and got {padding!r}"
        )
    return tuple(int(n) for n in pixels) * (4 // len(pixels))


def angles(name, degrees, counts=(2,)):
    """A range of angles, or several one after the other: a number is a range around 0.

    >>> angles("RandomRotation", 10), angles("RandomRotation", (0, 90))
    ((-10, 10), (0, 90))
    """
    given = numbers_of(degrees)
    if len(given) == 1 and isinstance(given[0], Real) and float(given[0]) >= 0:
        return -given[0], given[0]
    if len(given) not in counts or not all(isinstance(angle, Real) for angle in given):
        several = " or ".join(str(count) for count in counts)
        raise ValueError(
            f"{name} is one number of at least 0 (up to so many degrees either way) or {several} of them, "
            f"from one to another, and got {degrees!r}"
        )
    return given


def two_numbers(name, pair, what, fits):
    """Two numbers that fit, as a tuple; `what` says which do."""
    given = numbers_of(pair)
    if len(given) != 2 or not all(isinstance(n, Real) and fits(n) for n in given):
        raise ValueError(f"{name} is {what}, and got {pair!r}")
    return given


def share(name, p):
    """A probability."""
    if not (isinstance(p, Real) and 0 <= float(p) <= 1):
        raise ValueError(f"{name} is a probability from 0 to 1, not {p!r}")
    return p


def one_number(name, value):
    """A number for all channels."""
    if not isinstance(value, Real):
        raise ValueError(f"{name} is one number for all channels, not {value!r}")
    return value


def interpolation_mode(mode):
    """The way to find a pixel between pixels that has this name."""
    if mode not in list(InterpolationMode):
        raise ValueError(f"interpolation is one of {', '.join(repr(str(m)) for m in InterpolationMode)}, not {mode!r}")
    return InterpolationMode(mode)


def numbers_of(values):
    """One thing, or several, as a tuple."""
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        return (values,)
    return tuple(values)
