"""`check`, which the exercises in the notebooks call."""

from importlib import import_module
from pkgutil import iter_modules

from minidl.course.progress import note, progress_file

RIGHT, WRONG, OPEN = "✓", "✗", "·"
said_right: dict[str, bool] = {}  # what `check` said last in this run


def on_the_shelf(shelf, chapter=None):
    """What the chapters' files hold in a dict such as EXERCISES, by its whole name; of all chapters, or of one ("ch04")."""
    from minidl.course import exercises as rooms  # late: the exercises themselves import this module

    found = {}
    for name in sorted(room.name for room in iter_modules(rooms.__path__)):
        if chapter in (None, name):
            module = import_module(f"{rooms.__name__}.{name}")
            found |= {f"{name}.{key}": thing for key, thing in getattr(module, shelf, {}).items()}
    return found


def exercises(chapter=None):
    """Exercises by their names, such as "ch04.ex2", in the order of the course; all, or those of a chapter ("ch04")."""
    return on_the_shelf("EXERCISES", chapter)


def named(name, shelf, what):
    """The exercise or prediction of this name; ``shelf(chapter)`` gives those of a chapter.

    Raises
    ------
    KeyError
        When there is none; the message lists those of the chapter, or says how far they reach.
    """
    name = str(name)
    known = shelf(name.partition(".")[0])
    if name not in known:
        there = list(known or shelf())
        listed = ", ".join(there) if known else f"{there[0]} to {there[-1]}"
        raise KeyError(f"there is no {what} {name!r}; there are {listed}")
    return known[name]


def check(name, answer=...):
    """Say whether the answer to an exercise is right, or what might be wrong with it.

    An exercise that is not answered yet (``...`` or None) stops nothing.

    Parameters
    ----------
    name : str
        Such as "ch04.ex2".
    answer : object

    Raises
    ------
    KeyError
        When there is no such exercise.

    Examples
    --------
    >>> check("ch01.ex1", ...)
    · ch01.ex1: not answered yet
    """
    exercise = named(name, exercises, "exercise")
    said_right[name] = False
    if exercise.is_open(answer):
        print(f"{OPEN} {name}: not answered yet")
        return
    right, words = exercise.judge(answer)
    said_right[name] = right
    print(f"{RIGHT if right else WRONG} {name}: {'right' if right else 'not yet'}. {words}".rstrip())
    if not note(name, right):
        print(f"(It could not be kept: {progress_file()} cannot be written.)")


def require(name):
    """Stop unless `check` called the answer to an exercise right in this run; cells that nbgrader grades do so.

    Raises
    ------
    AssertionError
    """
    if not said_right.get(name):
        raise AssertionError(f"{name} is not solved: check has not said 'right' in this run")
