"""Finding a chapter by its number, and what its cells are for."""

import re

import nbformat

from minidl.course.copying import CourseError
from minidl.course.predicting import predictions
from minidl.course.solving import exercise_of
from minidl.system.resources import folder

PREDICTION = re.compile(r"""\bpredict\(\s*["'](ch\d\d\.\w+)["']""")


def find_chapter(number):
    """The file of a chapter.

    Parameters
    ----------
    number : str
        Such as "4" or "04".

    Raises
    ------
    CourseError
        When there is no such chapter; the message lists those that there are.
    """
    chapters = {path.name[:2]: path for path in sorted(folder("notebooks").glob("[0-9][0-9]_*.ipynb"))}
    wanted = re.fullmatch(r"(?:ch)?(\d{1,2})", str(number))
    if wanted is None or wanted[1].rjust(2, "0") not in chapters:
        raise CourseError(f"there is no chapter {number}; there are {', '.join(chapters)}")
    return chapters[wanted[1].rjust(2, "0")]


def read_chapter(path):
    """A chapter as an nbformat object."""
    return nbformat.read(path, as_version=4)


def predictions_in(cell):
    """The predictions that a cell asks for, in their order."""
    names = PREDICTION.findall(cell.source) if cell.cell_type == "code" else []
    return [known for name in names if (known := predictions(name[:4]).get(name))]


def exercise_in(cell):
    """The name of the exercise that a cell checks, or None."""
    return exercise_of(cell.source) if cell.cell_type == "code" else None
