"""Build the book: `python -m book [FOLDER]`.

The pages are gathered in a folder of their own (`chapters.py`, `questions.py`, `atlas.py`, `reference.py`, `gallery.py` and
`looking_up.py` write theirs, `pages/` holds the others), and Sphinx makes a site of them that needs no server, no kernel
and no network.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from book import atlas, chapters, gallery, looking_up, pictures, questions, reference

HERE = Path(__file__).parent
ROOT = HERE.parent


def gather(place):
    """Write the source of every page to `place`."""
    shutil.copytree(HERE / "pages", place, dirs_exist_ok=True)
    shutil.copy(HERE / "conf.py", place)
    for page in (chapters, questions, atlas, reference, gallery, looking_up):
        page.write(place)
    pictures.write(place / "static")


def build(target):
    """Build the site in the folder `target`, which is replaced; the exit code of Sphinx."""
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as own:
        source, made = Path(own) / "source", Path(own) / "made"
        gather(source)
        options = ["--jobs", "2", "--fail-on-warning", "--keep-going", "--quiet", "-d", str(Path(own) / "doctrees")]
        code = build_main(["-b", "html", *options, str(source), str(made)])
        if code == 0:
            (made / ".buildinfo").unlink(missing_ok=True)
            shutil.rmtree(made / "_sources", ignore_errors=True)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made, target)
            print(f"The book is in {target}: open {target / 'index.html'}")
    return code


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "book"))
