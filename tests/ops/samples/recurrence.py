"""Samples of the operations in `minidl.ops.recurrence`; how they are written stands in `tests.ops.samples`."""

from minidl.ops import recurrence
from tests.ops.samples.sample import sample


def recurrent(T, kind, x, states, *weights):
    """One direction of one recurrent layer: its outputs and last states, in one tensor; with biases if weights has four."""
    weights = (*weights, None, None)[:4]
    if T.__name__ == "torch":
        used = [w for w in weights if w is not None]
        states = [s[None] for s in states]
        run = getattr(T._VF, "rnn_" + kind if kind in ("tanh", "relu") else kind)
        out, *ends = run(x, states if kind == "lstm" else states[0], used, len(used) == 4, 1, 0.0, False, False, False)
        return T.cat([out, ends[1]]) if kind == "lstm" else out
    if kind in ("tanh", "relu"):
        return recurrence.rnn(x, *states, *weights, nonlinearity=kind)
    return getattr(recurrence, kind)(x, *states, *weights)


SAMPLES = [
    sample("recurrent(T, 'lstm', a, (b, c), d, e, f, g)", "4,2,3", "2,2", "2,2", "8,3", "8,2", "8", "8"),
    sample("recurrent(T, 'lstm', a, (b, c), d, e)", "3,2,3", "2,2", "2,2", "8,3", "8,2"),
    sample("recurrent(T, 'gru', a, (b,), c, d, e, f)", "4,2,3", "2,2", "6,3", "6,2", "6", "6"),
    sample("recurrent(T, 'gru', a, (b,), c, d)", "3,2,3", "2,2", "6,3", "6,2"),
    sample("recurrent(T, 'tanh', a, (b,), c, d, e, f)", "4,2,3", "2,2", "2,3", "2,2", "2", "2"),
    sample("recurrent(T, 'relu', a, (b,), c, d)", "3,2,3", "2,2", "2,3", "2,2"),
]
