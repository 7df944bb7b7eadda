"""Pages that repeat what stands elsewhere in the repository: how the engine works, and where it differs from PyTorch."""

from pathlib import Path

from book.chapters import elsewhere
from tests.parity.differences import ARGUMENTS, IN_SHORT, VALUES

ENGINE = Path(__file__).parents[1] / "minidl" / "engine"


def write(place):
    """Write the pages into the source of the book."""
    engine = (ENGINE / "README.md").read_text(encoding="utf-8")
    (place / "how_it_works.md").write_text(elsewhere(engine, ENGINE), encoding="utf-8")
    (place / "differences.md").write_text(differences(), encoding="utf-8")


def differences():
    """Where minidl differs from PyTorch on purpose: the list that the tests hold it to."""
    arguments = [
        f"| `{name}` | `{argument}` | {why} |" for name, found in ARGUMENTS.items() for argument, why in found.items()
    ]
    values = [f"| `{name}` | {why} |" for name, why in VALUES.items()]
    return "\n".join(
        [
            "# Where minidl differs from PyTorch\n",
            "These differences are there on purpose. The tests hold minidl to this very list: everything else has PyTorch's",
            "names, arguments and defaults, and gives PyTorch's numbers.\n",
            "## In short\n\n| what | how it differs |\n| --- | --- |",
            *[f"| {what} | {how} |" for what, how in IN_SHORT.items()],
            "\n## Arguments\n\n```{table}\n:class: md-stacked\n\n| function | argument | why |\n| --- | --- | --- |",
            *arguments,
            "```\n\n## Numbers\n\n```{table}\n:class: md-stacked\n\n| operation | what differs |\n| --- | --- |",
            *values,
            "```\n",
        ]
    )
