"""Recurrent layers: they read a sequence step by step and remember."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn import init
from minidl.nn.module import Module, Parameter
from minidl.ops import recurrence
from minidl.ops.creation import empty
from minidl.ops.dropout import dropout
from minidl.ops.shape import cat, stack


class _Recurrent(Module):
    """What RNN, GRU and LSTM have in common: parameters, layers, directions.

    A subclass says in ``_run_direction`` how one direction of one layer runs: from inputs, initial
    states and weights to all outputs and the last states.

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers : int
        Layers on top of one another; each reads the hidden states of the one below.
    bias : bool
    batch_first : bool
        Sequences have shape (N, T, D) instead of (T, N, D).
    dropout : float
        Between the layers.
    bidirectional : bool
        Read from both ends.
    """

    gates: int

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        dtype=None,
    ):
        super().__init__()
        if hidden_size < 1 or num_layers < 1:
            raise ValueError(f"hidden_size and num_layers must be at least 1, and are {hidden_size} and {num_layers}")
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        rows, directions = self.gates * hidden_size, 2 if bidirectional else 1
        for layer in range(num_layers):
            for direction in range(directions):
                columns = input_size if layer == 0 else hidden_size * directions
                end = self._ending(layer, direction)
                self.register_parameter("weight_ih" + end, Parameter(empty(rows, columns, dtype=dtype)))
                self.register_parameter("weight_hh" + end, Parameter(empty(rows, hidden_size, dtype=dtype)))
                if bias:
                    self.register_parameter("bias_ih" + end, Parameter(empty(rows, dtype=dtype)))
                    self.register_parameter("bias_hh" + end, Parameter(empty(rows, dtype=dtype)))
        self.reset_parameters()

    @staticmethod
    def _ending(layer, direction):
        return f"_l{layer}" + ("_reverse" if direction else "")

    def reset_parameters(self):
        """Draw the initial values anew, uniform between ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _weights(self, layer, direction):
        end = self._ending(layer, direction)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self, name + end, None) for name in names]

    def _run(self, x, states):
        """Through all layers; `states` holds, for each kind of state, a tensor (layers * directions, N, H)."""
        single = x.ndim == 2
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__} expects sequences of shape {'(N, T, D)' if self.batch_first else '(T, N, D)'} "
                f"with D = {self.input_size}, and got {x.shape}"
            )
        if single:
            x = x.unsqueeze(1)
        elif self.batch_first:
            x = x.transpose(0, 1)
        if not len(x):
            raise ShapeError(f"{type(self).__name__} needs a sequence of at least one step, and got none")
        directions = 2 if self.bidirectional else 1
        shape = (self.num_layers * directions, x.shape[1], self.hidden_size)
        states = [Tensor.wrap(np.zeros(shape, x.dtype)) if s is None else s.unsqueeze(1) if single else s for s in states]
        for s in states:
            if s.shape != shape:
                raise ShapeError(f"the initial state of {type(self).__name__} must have shape {shape}, and has {s.shape}")
        last = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(directions):
                begin = [s[layer * directions + direction] for s in states]
                out, end = self._run_direction(x.flip(0) if direction else x, begin, self._weights(layer, direction))
                outputs.append(out.flip(0) if direction else out)
                last.append(end)
            x = outputs[0] if directions == 1 else cat(outputs, 2)
            if self.dropout and layer < self.num_layers - 1:
                x = dropout(x, self.dropout, self.training)
        ends = [stack(list(kind)) for kind in zip(*last, strict=True)]
        if single:
            return x.squeeze(1), [e.squeeze(1) for e in ends]
        return (x.transpose(0, 1) if self.batch_first else x), ends

    def extra_repr(self):
        """The arguments of the layer."""
        parts = [f"{self.input_size}, {self.hidden_size}"]
        for name, usual in (
            ("num_layers", 1),
            ("bias", True),
            ("batch_first", False),
            ("dropout", 0.0),
            ("bidirectional", False),
        ):
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts)


class RNN(_Recurrent):
    r"""A simple recurrent layer: :math:`h_t = \tanh(W x_t + U h_{t-1} + b)` (Elman 1990).

    Examples
    --------
    >>> import minidl as md
    >>> out, last = md.nn.RNN(3, 5)(md.zeros(7, 2, 3))
    >>> out.shape, last.shape
    ((7, 2, 5), (1, 2, 5))
    """

    gates = 1

    def __init__(self, *args, nonlinearity="tanh", **kwargs):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'nonlinearity must be "tanh" or "relu", not {nonlinearity!r}')
        super().__init__(*args, **kwargs)
        self.nonlinearity = nonlinearity

    def _run_direction(self, x, states, weights):
        out = recurrence.rnn(x, *states, *weights, nonlinearity=self.nonlinearity)
        return out, (out[-1],)

    def forward(self, x, hx=None):
        """(T, N, D) and an initial state (layers, N, H) to all hidden states and the last."""
        out, (last,) = self._run(x, [hx])
        return out, last


class GRU(_Recurrent):
    """A recurrent layer with gates that let it keep or replace what it remembers (Cho et al. 2014)."""

    gates = 3

    def _run_direction(self, x, states, weights):
        out = recurrence.gru(x, *states, *weights)
        return out, (out[-1],)

    def forward(self, x, hx=None):
        """(T, N, D) and an initial state (layers, N, H) to all hidden states and the last."""
        out, (last,) = self._run(x, [hx])
        return out, last


class LSTM(_Recurrent):
    """A recurrent layer with a cell that carries what it remembers past the gates (Hochreiter & Schmidhuber 1997).

    Examples
    --------
    >>> import minidl as md
    >>> out, (h, c) = md.nn.LSTM(3, 5, num_layers=2)(md.zeros(7, 2, 3))
    >>> out.shape, h.shape, c.shape
    ((7, 2, 5), (2, 2, 5), (2, 2, 5))
    """

    gates = 4

    def _run_direction(self, x, states, weights):
        packed = recurrence.lstm(x, *states, *weights)
        return packed[:-1], (packed[-2] if len(packed) > 1 else states[0], packed[-1])

    def forward(self, x, hx=None):
        """(T, N, D) and initial states (h, c) to all hidden states and the last (h, c)."""
        out, last = self._run(x, [None, None] if hx is None else list(hx))
        return out, tuple(last)


class _Cell(Module):
    """One step of a recurrent layer."""

    gates: int

    def __init__(self, input_size, hidden_size, bias=True, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, dtype=dtype))
        self.weight_hh = Parameter(empty(rows, hidden_size, dtype=dtype))
        self.register_parameter("bias_ih", Parameter(empty(rows, dtype=dtype)) if bias else None)
        self.register_parameter("bias_hh", Parameter(empty(rows, dtype=dtype)) if bias else None)
        bound = 1 / math.sqrt(hidden_size) if hidden_size else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _prepared(self, x, states):
        """x as a sequence of one step, and the states, zeros unless given; whether there was no batch."""
        single = x.ndim == 1
        x = x.unsqueeze(0) if single else x
        zeros = Tensor.wrap(np.zeros((x.shape[0], self.hidden_size), x.dtype))
        states = [zeros if s is None else s.unsqueeze(0) if single else s for s in states]
        return x.unsqueeze(0), states, [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh], single

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(_Cell):
    """One step of an `RNN`."""

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", dtype=None):
        super().__init__(input_size, hidden_size, bias, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, x, hx=None):
        """(N, D) and a state (N, H) to the next state."""
        x, states, weights, single = self._prepared(x, [hx])
        h = recurrence.rnn(x, *states, *weights, nonlinearity=self.nonlinearity)[0]
        return h.squeeze(0) if single else h


class GRUCell(_Cell):
    """One step of a `GRU`."""

    gates = 3

    def forward(self, x, hx=None):
        """(N, D) and a state (N, H) to the next state."""
        x, states, weights, single = self._prepared(x, [hx])
        h = recurrence.gru(x, *states, *weights)[0]
        return h.squeeze(0) if single else h


class LSTMCell(_Cell):
    """One step of an `LSTM`."""

    gates = 4

    def forward(self, x, hx=None):
        """(N, D) and states (h, c), each (N, H), to the next ones."""
        x, states, weights, single = self._prepared(x, [None, None] if hx is None else list(hx))
        packed = recurrence.lstm(x, *states, *weights)
        return (packed[0].squeeze(0), packed[1].squeeze(0)) if single else (packed[0], packed[1])
