"""What may come next, drawn as bars under three sliders: temperature, top-k, top-p."""

import numpy as np

from minidl.viz.charts.next_token import SHOWN, entropy, kept, next_tokens
from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.theme import LIGHT

LOWEST = -1e4  # stands for a logit of minus infinity in the browser: e to the power of it is 0 at any temperature


def next_token(logits, names=None, temperature=1.0, top_k=None, top_p=None, title=None):
    """Draw what may come next; in a notebook sliders change temperature, top-k and top-p.

    Parameters
    ----------
    logits : Tensor, shape (V,)
        A score for each token.
    names : sequence of V str, or callable, optional
        What the tokens are; or what gives the name for a number, such as `lambda k: tokenizer.decode([k])`.
    temperature : float
        Greater than 0: where the slider stands at first.
    top_k : int, optional
    top_p : float, optional
    title : str, optional
        What the reader should see.

    Returns
    -------
    NextTokenPicture
        Its `data` holds "names" and "probabilities" of the likeliest tokens, how many are "kept", and the "entropy" in bits.

    Raises
    ------
    ShapeError
        When these are not logits of one place, or tokens and names differ in number.
    ValueError
        When nothing can be drawn from the logits, or temperature, top_k or top_p are out of range.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.next_token(md.log(md.tensor([0.5, 0.3, 0.2])), ["cat", "dog", "cow"], top_k=2)
    Next token: “cat” comes next with a probability of 62.5%; 2 of 3 tokens may come
    """
    return NextTokenPicture(next_tokens(logits, names), float(temperature), top_k, top_p, title)


class NextTokenPicture(FigurePicture):
    """Bars for the likeliest tokens; the sliders are in the browser."""

    script = "next_token"

    def __init__(self, tokens, temperature, top_k, top_p, title):
        chances = tokens.chances(temperature, top_k, top_p)
        self._tokens, self._settings = tokens, (temperature, top_k, top_p)
        self._title = title or ""
        seen = title or tokens.title(chances)
        above = wrapped(seen, 5.6)
        names = tokens.names
        before, after = tokens.chances()[:SHOWN], chances[:SHOWN]
        data = {
            "names": names,
            "probabilities": after.tolist(),
            "kept": kept(chances),
            "entropy": entropy(chances),
        }

        def draw(figure):
            axes = figure.subplots()
            places = np.arange(len(names))
            axes.barh(places, 100 * before, 0.8, alpha=0.3, color=LIGHT["value"], label="as the network says")
            axes.barh(places, 100 * after, 0.45, color=LIGHT["value"], label="after temperature, top-k and top-p")
            axes.set_yticks(places, [plain_label(visible(name), 16) for name in names])
            axes.invert_yaxis()
            axes.grid(visible=False, axis="y")
            axes.set_xlabel("probability in %")
            axes.legend(loc="lower right", fontsize=9)
            axes.set_title(above)

        tall = 1.3 + 0.2 * above.count("\n") + 0.24 * len(names)
        super().__init__(draw, f"Next token: {seen}", data, size=(6.0, tall))

    def state(self):
        """What the widget in the browser is given."""
        temperature, top_k, top_p = self._settings
        with np.errstate(over="ignore"):
            logits = np.maximum(self._tokens.logits - self._tokens.logits[0], LOWEST)
        return {
            "svg": self.svg,
            "text": self.text,
            "title": self._title,
            "logits": [float(f"{value:.5g}") for value in logits],
            "names": [visible(name) for name in self._tokens.names],
            "temperature": temperature,
            "top_k": top_k or len(logits),
            "top_p": 1.0 if top_p is None else top_p,
        }


def visible(token):
    """A token with its spaces and ends of lines to be seen.

    >>> visible(" the")
    '␣the'
    """
    return token.replace(" ", "␣").replace("\n", "↵")
