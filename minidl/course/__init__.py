"""The course: copying it to the learner, opening it, checking exercises, proving notebooks."""

__all__ = ["check"]


def __getattr__(name):  # what JupyterLab's server loads from here needs no exercises
    if name == "check":
        from minidl.course.answering import check

        return check
    raise AttributeError(f"minidl.course has no {name!r}")
