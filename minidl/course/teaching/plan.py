"""A plan for a term, as it stands in the page for teachers."""

from minidl.system.resources import folder

TITLE = "## A plan for 14 weeks\n"


def plan():
    """The plan, as Markdown."""
    page = (folder("notebooks") / "TEACHING.md").read_text(encoding="utf-8")
    _, title, rest = page.partition(TITLE)
    return (title + rest.partition("\n## ")[0]).strip()
