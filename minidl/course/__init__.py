"""The course: copying it to the learner, opening it, predictions, exercises, proving notebooks.

Its names are imported when they are first asked for: what JupyterLab's server loads from here needs no exercises.
"""

__all__ = ["check", "outcome", "predict", "write_language_pack"]


def __getattr__(name):
    if name == "check":
        from minidl.course.answering import check

        return check
    if name in ("predict", "outcome"):
        from minidl.course import predicting

        return getattr(predicting, name)
    if name == "write_language_pack":
        from minidl.course.language_pack import write_language_pack

        return write_language_pack
    raise AttributeError(f"minidl.course has no {name!r}")
