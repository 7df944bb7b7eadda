"""Where the course and the bundled data are: inside the installed package, or beside it in a clone."""

from pathlib import Path

from minidl.errors import DataFileError

PACKAGE = Path(__file__).parents[1]


def folder(name):
    """The folder "assets" or "notebooks".

    Raises
    ------
    DataFileError
        When the installation lacks it.
    """
    for place in (PACKAGE / f"_{name}", PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise DataFileError(
        f"this installation of minidl has no {name} folder: reinstall it (pip install --force-reinstall minidl)"
    )
