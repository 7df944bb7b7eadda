"""`minidl teach`: what it understands, and what it says.

Each command imports what it needs where it is run, so that `minidl` itself starts at once.
"""

from pathlib import Path


def add_teach(commands):
    """Add ``teach`` with its own commands to those of `minidl`."""
    teach = commands.add_parser(
        "teach",
        help="for teachers: slides, assignments, projects, the progress of a class, a plan",
        description="For teachers. The page TEACHING.md beside the chapters says how to use it.",
    )
    kinds = teach.add_subparsers(required=True, metavar="WHAT")

    slides = kinds.add_parser("slides", help="slides of a chapter, in one file that needs no network")
    slides.add_argument("chapter", help="its number, such as 04")
    slides.add_argument("--output", type=Path, help="the file (CHAPTER.slides.html)")
    slides.set_defaults(run=run_slides)

    assignment = kinds.add_parser("assignment", help="a chapter as an assignment for nbgrader, with and without solutions")
    assignment.add_argument("chapter", help="its number, such as 04")
    assignment.add_argument(
        "--output",
        type=Path,
        default=Path(),
        help="the folder of your nbgrader course: gets source/ and release/ (this one)",
    )
    assignment.set_defaults(run=run_assignment)

    project = kinds.add_parser("project", help="a project for the class, its rubric, and the solved notebook")
    project.add_argument("number", help="such as 1")
    project.add_argument(
        "--output", type=Path, default=Path(), help="the folder that gets students/ and solution/ (this one)"
    )
    project.set_defaults(run=run_project)

    progress = kinds.add_parser("progress", help="the progress of a class as a table")
    progress.add_argument("folder", type=Path, help="with the students' progress files, NAME.json or NAME/progress.json")
    progress.add_argument("--csv", type=Path, metavar="FILE", help="write the table for a spreadsheet, too")
    progress.set_defaults(run=run_progress)

    plan = kinds.add_parser("plan", help="a plan for 14 weeks")
    plan.set_defaults(run=run_plan)


def run_slides(options):
    """Write slides."""
    from minidl.course.teaching.chapters import find_chapter
    from minidl.course.teaching.slides import slides
    from minidl.system.files import check_writable, write_atomically

    chapter = find_chapter(options.chapter)
    output = options.output or Path(f"{chapter.stem}.slides.html")
    check_writable(output)
    write_atomically(output, slides(chapter).encode())
    print(f"The slides are in {output}: open them in a browser. Space goes on, Esc shows all, F fills the screen.")


def run_assignment(options):
    """Write both versions of an assignment."""
    from minidl.course.teaching.assignment import write_assignment
    from minidl.course.teaching.chapters import find_chapter

    source, release = write_assignment(find_chapter(options.chapter), options.output)
    print(f"With solutions:   {source}\nFor the students: {release}")


def run_project(options):
    """Write a project, without and with its solution."""
    from minidl.course.teaching.project import find_project, write_project

    students, solution = write_project(find_project(options.number), options.output)
    print(f"For the students: {students}\nWith solution:    {solution}")


def run_progress(options):
    """Show the progress of a class."""
    from rich.console import Console

    from minidl.course.teaching.class_progress import as_csv, class_progress, class_table
    from minidl.system.files import write_atomically

    rows = class_progress(options.folder)
    console, shown = Console(highlight=False, markup=False), class_table(rows)
    needed = console.measure(shown, options=console.options.update(width=10_000)).maximum
    console.width = max(console.width, needed)  # rather broken by the terminal than cut
    console.print(shown)
    for row in rows:
        if "problem" in row:
            console.print(f"{row['name']} {row['problem']}")
    if options.csv:
        write_atomically(options.csv, as_csv(rows).encode("utf-8-sig"))  # the mark by which spreadsheets know UTF-8
        print(f"The table is in {options.csv}")


def run_plan(options):
    """Show the plan."""
    from minidl.course.teaching.plan import plan

    print(plan())
