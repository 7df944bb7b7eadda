"""What the wheel brings along besides the package: the course, and the book where it was built before.

`make book`, then `python -m build --sdist --wheel`.
"""

import json
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CourseHook(BuildHookInterface):
    """Adds the notebooks as minidl/_notebooks, and build/book, which `minidl book` serves, as minidl/_book."""

    def initialize(self, version, build_data):
        """Say to hatchling what to include."""
        if version == "editable":
            return
        root = Path(self.root)
        self.made = tempfile.TemporaryDirectory()
        write_notebooks(root / "notebooks", Path(self.made.name))
        build_data["force_include"][self.made.name] = "minidl/_notebooks"
        book = root / "build" / "book"
        if (book / "index.html").is_file():
            build_data["force_include"][str(book)] = "minidl/_book"

    def finalize(self, version, build_data, artifact_path):
        """Leave nothing behind."""
        if version != "editable":
            self.made.cleanup()


def write_notebooks(source, target):
    """Copy the course without the state of its widgets: a learner's copy has none either, and it is two megabytes."""
    for path in source.rglob("*"):
        name = path.relative_to(source)
        if path.is_dir() or any(part.startswith(".") for part in name.parts):
            continue
        content = path.read_bytes()
        if path.suffix == ".ipynb":
            notebook = json.loads(content)
            notebook["metadata"].pop("widgets", None)
            content = (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
