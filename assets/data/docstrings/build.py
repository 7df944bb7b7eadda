"""Build docstrings.json.gz from the wheels of seven packages on PyPI.

    pip download --no-deps numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1 networkx==3.6.1 \
        sympy==1.14.0 matplotlib==3.11.2
    python build.py *.whl

Of every docstring that has both: its first paragraph of 4 to 12 words, and the paragraph after it of 8 to 60 words.
Each summary and each paragraph is taken once, so that copies within a package do not come again.
"""

import ast
import gzip
import hashlib
import json
import re
import sys
import textwrap
import warnings
import zipfile
from pathlib import Path

NO_PROSE = re.compile(r"^\s*(>>>|\.\. |[-*+] |:\w+|\d+\. |#)|\n\s*[-=~^]{3,}|::|\n\s+\S|\|", re.MULTILINE)
LEFT_OUT = re.compile(r"(^|/)(tests?|testing|_vendor|externals?|vendor)/")


def docstrings(source):
    """(qualified name, docstring) of everything in a module that has one."""

    def visit(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}.{child.name}"
                if text := ast.get_docstring(child):
                    yield name, text
                yield from visit(child, name)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in their strings
        tree = ast.parse(source)
    yield from visit(tree, "")


def pair(docstring):
    """The first paragraph and the one after it, or None."""
    parts = re.split(r"\n\s*\n", textwrap.dedent(docstring).strip())
    if len(parts) < 2 or NO_PROSE.search(parts[1]) or NO_PROSE.search(parts[0]):
        return None
    summary, paragraph = (" ".join(part.split()) for part in parts[:2])
    if not (4 <= len(summary.split()) <= 12 and 8 <= len(paragraph.split()) <= 60):
        return None
    if not (paragraph[0].isalpha() or paragraph[0] in "`*") or paragraph[-1] not in ".!?:)`":
        return None
    return summary, paragraph


def pairs(wheels):
    """Rows (package, name, summary, paragraph), sorted."""
    found, seen = [], set()
    for wheel in sorted(wheels):
        with zipfile.ZipFile(wheel) as archive:
            for path in sorted(archive.namelist()):
                if not path.endswith(".py") or LEFT_OUT.search(path):
                    continue
                module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                for name, text in docstrings(archive.read(path).decode("utf-8")):
                    both = pair(text)
                    if both and not seen & {part.lower() for part in both}:
                        seen |= {part.lower() for part in both}
                        found.append((module.partition(".")[0], module + name, *both))
    return sorted(found)


def main(*wheels):
    """Write docstrings.json.gz beside this script, and print its checksum."""
    rows = pairs(wheels)
    content = dict(zip(("packages", "names", "summaries", "paragraphs"), map(list, zip(*rows, strict=True)), strict=True))
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    Path(__file__).with_name("docstrings.json.gz").write_bytes(packed)
    print(len(packed), "bytes,", len(rows), "pairs, SHA-256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
