"""What can be said of the built book without a browser: no link leads nowhere, no page is heavy."""

import gzip
import re
from functools import cache
from html import unescape
from urllib.parse import unquote, urlsplit

HEAVIEST = 1e6  # bytes of a page, compressed
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
ANCHOR = re.compile(r'\s(?:id|name)="([^"]*)"')


def problems(folder):
    """What is wrong with the pages of a folder: a list of sentences.

    Parameters
    ----------
    folder : Path
        Of the built book.
    """
    folder, found = folder.resolve(), []
    anchors = cache(lambda path: {unescape(name) for name in ANCHOR.findall(path.read_text(encoding="utf-8"))})
    for path in sorted(folder.rglob("*.html")):
        text, page = path.read_text(encoding="utf-8"), path.relative_to(folder)
        if (size := len(gzip.compress(text.encode()))) > HEAVIEST:
            found.append(f"{page} has {size / 1e6:.2f} MB compressed, and {HEAVIEST / 1e6:.0f} MB are allowed")
        for link in sorted(set(map(unescape, HREF.findall(text)))):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue  # of another site
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            inside = target.is_relative_to(folder) and target.is_file()
            if not inside or (
                parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in anchors(target)
            ):
                found.append(f"{page} links to {link}, which is not there")
    return found
