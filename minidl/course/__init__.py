"""The course: copying it to the learner, opening it, checking exercises, proving notebooks."""

from minidl.course.answering import check

__all__ = ["check"]
