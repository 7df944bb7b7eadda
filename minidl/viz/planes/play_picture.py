"""The playground: data, network and learning rate under the learner's hands, the boundary live."""

import numpy as np

from minidl.viz.colours import CLASSES, class_colour
from minidl.viz.figure import FigurePicture, wrapped
from minidl.viz.pixels import png
from minidl.viz.planes.boundary import extent, region
from minidl.viz.planes.play import ACTIVATIONS, DATA, LARGEST, OPTIMIZERS, Experiment, Settings
from minidl.viz.summary import drawable
from minidl.viz.theme import LIGHT

FIRST_STEPS = 200


def playground(**settings):
    """A network to play with: choose points and layers, turn the learning rate, and watch the boundary move.

    In a notebook every step is made by the engine; outside of it the picture shows the network after 200
    steps. Filled points are for training, hollow ones are held out.

    Parameters
    ----------
    **settings
        Where the sliders begin: data ("moons", "circles", "spirals"), noise, layers, units, activation
        ("ReLU", "Tanh", "Sigmoid", "none (linear)"), optimizer ("SGD", "Adam"), lr, seed.

    Returns
    -------
    PlayPicture

    Raises
    ------
    ValueError
        For a name that is not on the list.
    TypeError
        For a setting that does not exist.

    Examples
    --------
    >>> import minidl as md
    >>> md.viz.playground(data="circles", units=4)
    Playground: 2 layers of 4 units (Tanh) on circles; after 200 steps 93% of the held-out points are right
    """
    return PlayPicture(Settings(**settings))


class PlayPicture(FigurePicture):
    """The playground; its still view shows the first steps."""

    script = "play"

    def __init__(self, settings):
        self.experiment = Experiment(settings)
        self._right = self.experiment.train(0)
        for _ in range(FIRST_STEPS // 20):
            self._right = self.experiment.train(20)
        s = settings
        text = (
            f"{s.layers} layer{'' if s.layers == 1 else 's'} of {s.units} units ({s.activation}) on {s.data}; "
            f"after {FIRST_STEPS} steps {self._right['test']:.0%} of the held-out points are right"
        )
        self._title = text
        super().__init__(
            self._three,
            f"Playground: {text}",
            {"right": self._right},
            size=(10, 3.8),
            images=[png(region(self.experiment.model, self.experiment.points))],
        )

    def _three(self, figure):
        e = self.experiment
        plane, loss, flow = figure.subplots(1, 3, width_ratios=[1.2, 1.1, 0.9])
        plane.imshow(region(e.model, e.points), extent=extent(e.points), aspect="auto", interpolation="none")
        for k in np.unique(e.labels):
            for train in (True, False):
                some = (e.labels == k) & (e._train == train)
                face = class_colour(k) if train else "none"
                plane.scatter(*e.points[some].T, s=12, facecolor=face, edgecolor=class_colour(k), linewidth=0.8)
        plane.set_title("filled: train, hollow: held out", fontsize=10)
        plane.grid(visible=False)
        loss.plot(np.arange(1, len(e.losses) + 1), drawable(e.losses), color=LIGHT["value"], linewidth=0.8, alpha=0.5)
        loss.plot(*drawable(e.held_out).T, color=LIGHT["second"])
        loss.set_title("loss; strong: held out", fontsize=10)
        loss.set_ylim(bottom=0)
        names = list(e.gradients)
        flow.barh(range(len(names)), np.nan_to_num(drawable(list(e.gradients.values()))), color=LIGHT["gradient"])
        flow.set_yticks(range(len(names)), names)
        flow.set_ylim(len(names) - 0.5, -0.5)
        flow.set_xlim(1e-6, 10)
        flow.set_xscale("log")
        flow.set_xticks([1e-5, 1e-3, 1e-1])
        flow.set_title("size of the gradients", fontsize=10)
        figure.suptitle(wrapped(self._title, 9.5), x=0.01, ha="left", fontsize=12)

    def answer(self, request):
        """Start again with other settings, or make some steps."""
        if "settings" in request:
            self.experiment = Experiment(Settings(**request["settings"]))
            self._right = self.experiment.train(0)
        if request.get("steps"):
            self._right = self.experiment.train(request["steps"], request.get("lr"))
        return self._report()

    def _report(self):
        return {**self.experiment.report(self._right), "field": png(self.experiment.field())}

    def state(self):
        """What the widget in the browser is given."""
        choices = {"data": list(DATA), "activation": list(ACTIVATIONS), "optimizer": list(OPTIMIZERS)}
        return {"text": self.text, "choices": choices, "largest": LARGEST, "colours": list(CLASSES), **self._report()}
