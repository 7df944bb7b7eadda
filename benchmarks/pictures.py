"""How long a graph of 2,000 operations takes to open (two seconds are the limit), and what watching the loss live costs.

The second is measured in a kernel, as in a notebook, and without a browser: training waits for the kernel alone.
"""

from functools import partial
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from speed import timed

import minidl as md


def chain(n=2000):
    y = md.ones(3, requires_grad=True)
    for _ in range(n):
        y = y * 1.001
    return y


def deep(layers=500):
    parts = [part for _ in range(layers) for part in (md.nn.Linear(4, 4), md.nn.Tanh())]
    return md.nn.Sequential(*parts)(md.ones(2, 4)).sum()


def training(epochs, live):
    """A run on the digits; the final picture is drawn after training, and counted by itself."""
    train, _ = md.data.digits()
    md.manual_seed(0)
    model = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(784, 256), md.nn.ReLU(), md.nn.Linear(256, 10))
    optimizer = md.optim.Adam(model.parameters(), lr=1e-3)
    loader = md.data.DataLoader(train, 64, shuffle=True)
    callbacks = [live] if live else []
    md.train.fit(model, loader, optimizer=optimizer, epochs=epochs, callbacks=callbacks, verbose=False)


def measure():
    """Print how long graphs take to open, and what the live loss costs."""
    print()
    for name, loss in (("2,000 operations in a chain", chain()), ("1,000 modules, 2,000 boxes", deep())):
        print(f"graph of {name}: {timed(lambda loss=loss: md.viz.graph(loss).widget()):.2f} s")
    print(in_a_kernel("from pictures import live_cost\nlive_cost()"), end="")


class TimedLive(md.viz.Live):
    """The live loss, and the time that it takes: the messages while training, the final picture afterwards."""

    messages = picture_time = 0.0

    def _show(self):
        self.messages += timed(super()._show)

    def close(self):
        self.picture_time = timed(super().close)


def live_cost():
    """What `viz.Live` adds to a run; differences between whole runs would drown in the noise of the machine."""
    training(1, TimedLive())
    for epochs in (4, 24):
        live = TimedLive()
        whole = timed(partial(training, epochs, live)) - live.picture_time
        share = live.messages / whole
        print(f"live loss over {whole:.1f} s of training: {share:.1%}, then {live.picture_time:.2f} s for the final picture")


def in_a_kernel(source):
    """What code prints in a notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    here = {"metadata": {"path": str(Path(__file__).parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=here).execute()
    return "".join(output.text for output in notebook.cells[0].outputs if output.output_type == "stream")


if __name__ == "__main__":
    measure()
