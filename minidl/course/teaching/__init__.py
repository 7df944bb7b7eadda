"""For teachers: slides of a chapter, assignments for nbgrader, the progress of a class, a plan for a term."""
