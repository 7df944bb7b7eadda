"""A project for the class: its notebook and rubric, and the solved notebook for the teacher."""

import shutil

import nbformat

from minidl.course.copying import CourseError, file_bytes, without_outputs
from minidl.course.solving import solved_project
from minidl.system.files import write_atomically
from minidl.system.resources import folder


def find_project(number):
    """The notebook of a project.

    Parameters
    ----------
    number : str
        Such as "1" or "01".

    Raises
    ------
    CourseError
        When there is no such project; the message lists those that there are.
    """
    projects = {str(int(path.name[:2])): path for path in sorted(folder("notebooks").glob("projects/[0-9][0-9]_*.ipynb"))}
    wanted = str(number).lstrip("0")
    if wanted not in projects:
        raise CourseError(f"there is no project {number}; there are {', '.join(projects)}")
    return projects[wanted]


def solution_of(project):
    """The solved notebook of a project, an nbformat object without outputs."""
    text = (folder("solutions") / f"project_{int(project.name[:2])}.py").read_text(encoding="utf-8")
    notebook = nbformat.reads(without_outputs(project.read_bytes()).decode("utf-8"), as_version=4)
    return solved_project(notebook, text)


def write_project(project, target):
    """Write a project as ``students/`` and ``solution/``.

    Parameters
    ----------
    project : path
        From `find_project`.
    target : path
        ``students/`` gets all that the notebook needs, ``solution/`` the solved notebook, which runs there.

    Returns
    -------
    list of Path
        The two notebooks.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    solved = file_bytes(nbformat.writes(solution_of(project)))
    versions = {"students": without_outputs(project.read_bytes()), "solution": solved}
    for name, content in versions.items():
        place = target / name
        place.mkdir(parents=True, exist_ok=True)
        for path in [*project.parent.glob(f"{project.stem}_*"), *project.parent.glob("*.npz")]:
            shutil.copyfile(path, place / path.name)
        write_atomically(place / project.name, content)
    return [target / name / project.name for name in versions]
