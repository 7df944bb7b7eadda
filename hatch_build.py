"""The wheel brings the book along, where it was built before: `make book`, then `python -m build --sdist --wheel`."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BookHook(BuildHookInterface):
    """Adds build/book as minidl/_book, which `minidl book` serves."""

    def initialize(self, version, build_data):
        """Say to hatchling what to include."""
        book = Path(self.root) / "build" / "book"
        if version != "editable" and (book / "index.html").is_file():
            build_data["force_include"][str(book)] = "minidl/_book"
