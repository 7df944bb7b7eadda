"""One self-contained HTML page with pictures: it opens anywhere, without a server and without a network."""

import base64
import html
import json
from itertools import count

from minidl.viz.text import readable
from minidl.viz.theme import FONT, css

_ids = count(1)


def widget_html(name, state, still):
    """A widget as a piece of a page: its state, its script, and the still picture in the place where it will draw."""
    from minidl.viz.widget import packed, script, style  # inside: it loads anywidget

    place = f"minidl-{name}-{next(_ids)}"
    source = base64.b64encode(script(name).encode()).decode()
    data = json.dumps(packed(state)).replace("<", "\\u003c")  # so that no text can end the script element
    return (
        f'<figure class="minidl"><div id="{place}">{still}</div></figure><style>{style(name)}</style>\n'
        f'<script type="module">\nimport widget from "data:text/javascript;base64,{source}";\nconst state = {data};\n'
        f'widget.render({{ model: {{ get: () => state }}, el: document.getElementById("{place}") }});\n</script>'
    )


def page(title, sections):
    """A whole page.

    Parameters
    ----------
    title : str
    sections : list of (str, Picture)
        The text above each picture, and the picture.
    """
    body = "\n".join(f"<section><p>{html.escape(text)}</p>{picture.html()}</section>" for text, picture in sections)
    return readable(f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
{css("body")}
body {{ color: var(--md-ink); background: var(--md-ground); font: 16px/1.5 {FONT};
  max-width: 960px; margin: 2em auto; padding: 0 1em; }}
figure {{ margin: 1em 0; overflow-x: auto; }}
figure > svg {{ max-width: 100%; height: auto; }}
</style></head>
<body><h1>{html.escape(title)}</h1>
{body}
</body></html>
""")
