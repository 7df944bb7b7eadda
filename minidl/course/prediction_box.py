"""The box in which a notebook asks for a guess; it is made of ipywidgets' own widgets, and follows JupyterLab's theme."""

import html
import re

import ipywidgets as widgets
from IPython.display import display

from minidl.course.predicting import kept_guess, shown, unanswered
from minidl.course.progress import forget_guess, keep_guess
from minidl.course.saving import STILL

BORDER = "1px solid var(--jp-border-color2, #c9d0d9)"


def show_box(name, prediction):
    """Show the box of a prediction. Where there are no widgets its text is shown, as on GitHub."""
    view = make_box(name, prediction)._repr_mimebundle_()
    display({**view, "text/plain": unanswered(name, prediction)}, raw=True, metadata={STILL: "text/plain"})


def make_box(name, prediction):
    """Question, field, two buttons, and a line that says what is kept.

    A guess is kept when it is chosen or typed and left (so that it also counts for those who run the next cell without
    pressing the button).
    """
    question = widgets.HTML(f'<div style="line-height: 1.4"><b>Predict first.</b> {with_marks(prediction.question)}</div>')
    field = _field(prediction)
    keep = widgets.Button(description="Keep my guess", button_style="primary", layout=widgets.Layout(width="auto"))
    skip = widgets.Button(description="Skip", layout=widgets.Layout(width="auto"))
    said = widgets.HTML()

    def kept(_=None):
        if field.value in (None, ""):
            say("Nothing is chosen yet." if prediction.choices else "Nothing is written yet.")
            return
        try:
            guess = prediction.read(field.value)
        except ValueError as error:
            say(f"{str(error)[0].upper()}{str(error)[1:]}.")
            return
        if keep_guess(name, guess):
            say(f"Your guess is kept: {_as_text(guess)}. Run the next cell.")
        else:
            say("Your guess cannot be kept: the file of your progress cannot be written. Keep it in mind.")

    def skipped(_):
        field.unobserve(kept, "value")
        field.value = None if prediction.choices else ""
        field.observe(kept, "value")
        forget_guess(name)
        say("Skipped. Run the next cell.")

    def say(text):
        said.value = html.escape(text)

    before = kept_guess(name, prediction)
    if before is not None:
        say(f"Your guess so far: {_as_text(before)}.")
    field.observe(kept, "value")
    keep.on_click(kept)
    skip.on_click(skipped)
    unit = [widgets.Label(prediction.unit, layout=widgets.Layout(margin="2px 12px 2px 2px"))] if prediction.unit else []
    row = widgets.Layout(align_items="center", flex_flow="row wrap")
    return widgets.VBox(
        [question, widgets.HBox([field, *unit, keep, skip], layout=row), said],
        layout=widgets.Layout(border=BORDER, padding="8px 14px", max_width="720px", margin="4px 0"),
    )


def _field(prediction):
    if prediction.choices:
        choices, layout = (
            [str(choice) for choice in prediction.choices],
            widgets.Layout(width="auto", margin="2px 24px 2px 2px"),
        )
        return widgets.RadioButtons(options=choices, value=None, layout=layout)
    what = "in a few words" if prediction.words else "a number"
    width = "24em" if prediction.words else "12em"
    return widgets.Text(placeholder=what, tooltip=what, continuous_update=False, layout=widgets.Layout(width=width))


def _as_text(guess):
    return shown(guess) if isinstance(guess, int | float) else str(guess)


def with_marks(text):
    """Any text as HTML, with what stands between backticks as code, and between asterisks emphasised.

    >>> with_marks("`x * y * z` < 1: *which* of them?")
    '<code>x * y * z</code> &lt; 1: <em>which</em> of them?'
    """
    marked = lambda found: f"<code>{found[1]}</code>" if found[1] else f"<em>{found[2]}</em>"
    return re.sub(r"`([^`]+)`|(?<!\w)\*(\w[^*`]*)\*(?!\w)", marked, html.escape(text))
