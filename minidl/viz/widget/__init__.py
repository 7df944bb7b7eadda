"""The widgets: each is one ES module and one style sheet that run in the browser as they are.

What all of them use (`common.js`, `common.css`) is put in front, so that there is nothing to build.
"""

import base64
import gzip
import json
import math
from functools import cache
from pathlib import Path

import anywidget
import traitlets

from minidl.viz.text import readable
from minidl.viz.theme import css

HERE = Path(__file__).parent


def script(name):
    """The ES module of a widget."""
    return _read("common.js") + _read(f"{name}.js")


def style(name):
    """The style sheet of a widget, with the theme."""
    return css(".md-widget") + _read("common.css") + _read(f"{name}.css")


def packed_script(name):
    """The ES module and the style sheet of a widget as one small module that unpacks them.

    A notebook is saved with the module of every widget in it; packed they are a third of the size.
    """
    sheet = json.dumps(style(name))
    source = f"{script(name)}\nexport const sheet = {sheet};\n"
    content = base64.b64encode(gzip.compress(source.encode(), mtime=0)).decode()
    return (HERE / "unpack.js").read_text(encoding="utf-8").replace("CONTENT", content)


def _read(file):
    return (HERE / file).read_text(encoding="utf-8")


class PictureWidget(anywidget.AnyWidget):
    """The interactive view of a picture; each ES module has a subclass (see `make_widget`)."""

    state = traitlets.Unicode().tag(sync=True)  # see `packed`; it is saved in the notebook

    def __init__(self, state, answer):
        super().__init__(state=packed(state))
        self._answer, self.closed = answer, False
        self.on_msg(self._asked)

    def _asked(self, _, request, buffers):
        try:
            reply = self._answer(request["ask"])
        except Exception as error:  # the browser shows it: an error in a callback would be lost
            reply = {"error": f"{type(error).__name__}: {error}"}
        self.send({"number": request["number"], "reply": plain(reply)})

    def close(self):
        """End the view in the browser, and let go of the picture."""
        self._answer, self.closed = (lambda request: None), True
        super().close()


def plain(data):
    """Data as JSON knows it: None for what is not finite, and every text readable."""
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, str):
        return readable(data)
    if isinstance(data, dict):
        return {plain(key): plain(value) for key, value in data.items()}
    return [plain(item) for item in data] if isinstance(data, list | tuple) else data


def packed(state):
    """Plain data as text for the browser: JSON, compressed, so that notebooks stay small."""
    text = json.dumps(plain(state), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def unpacked(text):
    """The plain data again."""
    return json.loads(gzip.decompress(base64.b64decode(text)))


@cache
def _widget_class(name):
    return type(f"{name.title()}Widget", (PictureWidget,), {"_esm": packed_script(name)})


def make_widget(name, state, answer=lambda request: None):
    """A widget.

    Parameters
    ----------
    name : str
        Of its ES module.
    state : dict
        Plain data for the browser.
    answer : callable
        ``answer(request) -> reply`` is called when the browser asks the kernel for something.
    """
    return _widget_class(name)(state, answer)
