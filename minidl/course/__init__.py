"""The course: copying it to the learner, opening it, checking exercises."""
