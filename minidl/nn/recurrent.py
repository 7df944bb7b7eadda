"""Recurrent layers: they read a sequence step by step and remember."""

import math

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.nn import init
from minidl.nn.module import Module, shown
from minidl.nn.packing import PackedSequence
from minidl.nn.parameter import Parameter
from minidl.ops import recurrence
from minidl.ops.creation import empty
from minidl.ops.dropout import dropout
from minidl.ops.shape import cat, stack

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}


class RNNBase(Module):
    """What RNN, GRU and LSTM have in common: parameters, layers, directions.

    A subclass says in ``_run_direction`` how one direction of one layer runs: from inputs, initial
    states and weights to all outputs and the last states.

    Parameters
    ----------
    mode : {"RNN_TANH", "RNN_RELU", "GRU", "LSTM"}
        Which of them it is.
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
    proj_size : int
        The width of the hidden state, if it is a projection (of an LSTM); 0 for none.
    """

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.mode = mode
        _check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        if not isinstance(bias, bool | np.bool_):
            raise TypeError(f"bias is True or False, not {bias!r:.40}")
        if not 0 <= dropout <= 1 or isinstance(dropout, bool):
            raise ValueError(f"dropout is a probability between 0 and 1, not {dropout!r}")
        if not 0 <= proj_size < hidden_size:
            raise ValueError(f"proj_size must be smaller than hidden_size {hidden_size}, and is {proj_size}")
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.batch_first, self.dropout, self.bidirectional = batch_first, float(dropout), bidirectional
        self.proj_size = proj_size
        rows, width, directions = GATES[mode] * hidden_size, proj_size or hidden_size, 2 if bidirectional else 1
        for layer in range(num_layers):
            for direction in range(directions):
                columns = input_size if layer == 0 else width * directions
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, columns), "weight_hh": (rows, width)}
                if bias:
                    shapes.update(bias_ih=(rows,), bias_hh=(rows,))
                if proj_size:
                    shapes.update(weight_hr=(proj_size, hidden_size))
                end = self._ending(layer, direction)
                for name, shape in shapes.items():
                    self.register_parameter(name + end, Parameter(empty(*shape, dtype=dtype, device=device)))
        self.reset_parameters()

    @staticmethod
    def _ending(layer, direction):
        return f"_l{layer}" + ("_reverse" if direction else "")

    def reset_parameters(self):
        """Draw new initial values, uniform between ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self):
        """Nothing: PyTorch orders the memory of a GPU here."""

    @property
    def all_weights(self):
        """The weights of each direction of each layer, as lists."""
        directions = range(2 if self.bidirectional else 1)
        own = [self._weights(layer, d) for layer in range(self.num_layers) for d in directions]
        return [[w for w in weights if w is not None] for weights in own]

    def _weights(self, layer, direction):
        end = self._ending(layer, direction)
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] + ["weight_hr"] * bool(self.proj_size)
        return [self.__dict__.get(name + end) for name in names]

    def _run(self, x, states):
        """Through all layers; `states` holds, for each kind of state, a tensor (layers * directions, N, H), or None."""
        if isinstance(x, PackedSequence):
            return self._run_packed(x, states)
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
        states = self._initial_states(states, x.shape[1], x.dtype, single)
        x, ends = self._run_layers(x, states, self._run_one_way)
        if single:
            return x.squeeze(1), [e.squeeze(1) for e in ends]
        return (x.transpose(0, 1) if self.batch_first else x), ends

    def _run_packed(self, packed, states):
        """Through all layers, every sequence as far as it goes."""
        sizes, order = packed.batch_sizes.array, packed.sorted_indices
        if packed.data.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__} expects elements of {self.input_size} numbers, and got {packed.data.shape[-1]}"
            )
        states = self._initial_states(states, int(sizes[0]), packed.data.dtype, False)
        if order is not None:
            states = [s.index_select(1, order) for s in states]

        def run(data, begin, weights, backwards):
            return _run_in_spans(self._run_one_way, data, sizes, begin, weights, backwards)

        data, ends = self._run_layers(packed.data, states, run)
        if order is not None:
            ends = [e.index_select(1, packed.unsorted_indices) for e in ends]
        return packed._replace(data=data), ends

    def _initial_states(self, states, N, dtype, single):
        """The initial states, checked; zeros where none are given."""
        rows, made = self.num_layers * (2 if self.bidirectional else 1), []
        widths = (self.proj_size or self.hidden_size, self.hidden_size)
        for state, width in zip(states, widths, strict=False):
            shape = (rows, N, width)
            if state is None:
                state = Tensor.wrap(np.zeros(shape, dtype))
            elif single and state.ndim == 2:
                state = state.unsqueeze(1)
            if state.shape != shape:
                raise ShapeError(
                    f"the initial state of {type(self).__name__} must have shape {shape}, and has {tuple(state.shape)}"
                )
            if state.dtype != dtype:
                raise DtypeError(f"the initial state is {state.dtype}, and the sequence {dtype}; bring them to one")
            made.append(state)
        return made

    def _run_layers(self, x, states, run):
        """Through all layers in both directions, by ``run(x, states, weights, backwards) -> outputs, last states``."""
        directions, last = 2 if self.bidirectional else 1, []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(directions):
                begin = [s[layer * directions + direction] for s in states]
                out, end = run(x, begin, self._weights(layer, direction), bool(direction))
                outputs.append(out)
                last.append(end)
            x = outputs[0] if directions == 1 else cat(outputs, -1)
            if self.dropout and layer < self.num_layers - 1:
                x = dropout(x, self.dropout, self.training)
        return x, [stack(list(kind)) for kind in zip(*last, strict=True)]

    def _run_one_way(self, x, begin, weights, backwards):
        """One direction of one layer over steps (T, N, D)."""
        out, end = self._run_direction(x.flip(0) if backwards else x, begin, weights)
        return (out.flip(0) if backwards else out), end

    def extra_repr(self):
        """The arguments of the layer."""
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        others = shown(self, **usual)
        return f"{self.input_size}, {self.hidden_size}" + (f", {others}" if others else "")


def _run_in_spans(run, data, sizes, states, weights, backwards):
    """One direction over packed steps: those that as many sequences share are one run.

    Forwards, sequences end between two runs, and their states are set aside; backwards, sequences come in.
    """
    starts = np.flatnonzero(np.r_[True, np.diff(sizes) != 0])
    ends, first = np.append(starts[1:], len(sizes)), np.r_[0, np.cumsum(sizes)]
    spans = [(first[a], int(b - a), int(sizes[a])) for a, b in zip(starts, ends, strict=True)]
    outputs, aside = [], []
    now = [s[: spans[-1][2]] for s in states] if backwards else states
    for start, steps, n in reversed(spans) if backwards else spans:
        if backwards and len(now[0]) < n:
            now = [cat([s, whole[len(s) : n]]) for s, whole in zip(now, states, strict=True)]
        elif len(now[0]) > n:
            aside.append([s[n:] for s in now])
            now = [s[:n] for s in now]
        out, now = run(data[start : start + steps * n].reshape(steps, n, data.shape[-1]), now, weights, backwards)
        outputs.append(out.reshape(steps * n, out.shape[-1]))
    last = [cat([s, *(parts[i] for parts in reversed(aside))]) for i, s in enumerate(now)]
    return cat(outputs[::-1] if backwards else outputs), last


def _check_sizes(**sizes):
    """Refuse sizes that are no whole numbers above 0."""
    for name, value in sizes.items():
        if not isinstance(value, int | np.integer):
            raise TypeError(f"{name} is a whole number, not {value!r:.40}")
        if value < 1:
            raise ValueError(f"{name} must be at least 1, and is {value}")


class RNN(RNNBase):
    r"""A simple recurrent layer: :math:`h_t = \tanh(W x_t + U h_{t-1} + b)` (Elman 1990).

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers : int
    nonlinearity : {"tanh", "relu"}
    bias, batch_first : bool
    dropout : float
    bidirectional : bool

    Examples
    --------
    >>> import minidl as md
    >>> out, last = md.nn.RNN(3, 5)(md.zeros(7, 2, 3))
    >>> out.shape, last.shape
    ((7, 2, 5), (1, 2, 5))
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        device=None,
        dtype=None,
    ):
        _check_nonlinearity(nonlinearity)
        super().__init__(
            f"RNN_{nonlinearity.upper()}",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity

    def _run_direction(self, x, states, weights):
        out = recurrence.rnn(x, *states, *weights, nonlinearity=self.nonlinearity)
        return out, (out[-1],)

    def forward(self, input, hx=None):
        """(T, N, D), or a packed sequence, and an initial state (layers, N, H) to all hidden states and the last."""
        out, (last,) = self._run(input, [hx])
        return out, last


def _check_nonlinearity(nonlinearity):
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f'nonlinearity must be "tanh" or "relu", not {nonlinearity!r}')


class GRU(RNNBase):
    """A recurrent layer with gates that let it keep or replace what it remembers (Cho et al. 2014).

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
    bias, batch_first : bool
    dropout : float
    bidirectional : bool
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        device=None,
        dtype=None,
    ):
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device, dtype=dtype
        )

    def _run_direction(self, x, states, weights):
        out = recurrence.gru(x, *states, *weights)
        return out, (out[-1],)

    def forward(self, input, hx=None):
        """(T, N, D), or a packed sequence, and an initial state (layers, N, H) to all hidden states and the last."""
        out, (last,) = self._run(input, [hx])
        return out, last


class LSTM(RNNBase):
    """A recurrent layer with a cell that carries what it remembers past the gates (Hochreiter & Schmidhuber 1997).

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
    bias, batch_first : bool
    dropout : float
    bidirectional : bool
    proj_size : int
        The width to which the hidden state is projected; 0 for none.

    Examples
    --------
    >>> import minidl as md
    >>> out, (h, c) = md.nn.LSTM(3, 5, num_layers=2)(md.zeros(7, 2, 3))
    >>> out.shape, h.shape, c.shape
    ((7, 2, 5), (2, 2, 5), (2, 2, 5))
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype
        )

    def _run_direction(self, x, states, weights):
        if self.proj_size:
            out, c = recurrence.projected_lstm(x, *states, *weights)
            return out, (out[-1], c)
        packed = recurrence.lstm(x, *states, *weights)
        return packed[:-1], (packed[-2] if len(packed) > 1 else states[0], packed[-1])

    def forward(self, input, hx=None):
        """(T, N, D), or a packed sequence, and initial states (h, c) to all hidden states and the last (h, c)."""
        out, last = self._run(input, [None, None] if hx is None else _two_states("LSTM", hx))
        return out, tuple(last)


def _two_states(name, hx):
    if isinstance(hx, tuple | list) and len(hx) == 2:
        return list(hx)
    raise TypeError(f"an {name} has two states: give hx as a pair (h, c), not as a {type(hx).__name__}")


class RNNCellBase(Module):
    """One step of a recurrent layer."""

    gates: int

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows, made = self.gates * hidden_size, {"dtype": dtype, "device": device}
        self.weight_ih = Parameter(empty(rows, input_size, **made))
        self.weight_hh = Parameter(empty(rows, hidden_size, **made))
        self.register_parameter("bias_ih", Parameter(empty(rows, **made)) if bias else None)
        self.register_parameter("bias_hh", Parameter(empty(rows, **made)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new initial values, uniform between ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _prepared(self, x, states):
        """x as a sequence of one step, and the states, zeros unless given; whether there was no batch."""
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__} expects (N, {self.input_size}) or ({self.input_size},), and got {x.shape}"
            )
        single = x.ndim == 1
        x = x.unsqueeze(0) if single else x
        shape, made = (x.shape[0], self.hidden_size), []
        for state in states:
            if state is None:
                state = Tensor.wrap(np.zeros(shape, x.dtype))
            elif single and state.ndim == 1:
                state = state.unsqueeze(0)
            if state.shape != shape:
                raise ShapeError(f"the state of {type(self).__name__} must have shape {shape}, and has {tuple(state.shape)}")
            made.append(state)
        return x.unsqueeze(0), made, [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh], single

    def extra_repr(self):
        """The arguments of the layer."""
        parts = [f"{self.input_size}, {self.hidden_size}"] + ["bias=False"] * (not self.bias)
        relu = getattr(self, "nonlinearity", "tanh") != "tanh"
        return ", ".join(parts + ["nonlinearity=relu"] * relu)


class RNNCell(RNNCellBase):
    """One step of an `RNN`."""

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        _check_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        """(N, D) and a state (N, H) to the next state."""
        x, states, weights, single = self._prepared(input, [hx])
        h = recurrence.rnn(x, *states, *weights, nonlinearity=self.nonlinearity)[0]
        return h.squeeze(0) if single else h


class GRUCell(RNNCellBase):
    """One step of a `GRU`."""

    gates = 3

    def forward(self, input, hx=None):
        """(N, D) and a state (N, H) to the next state."""
        x, states, weights, single = self._prepared(input, [hx])
        h = recurrence.gru(x, *states, *weights)[0]
        return h.squeeze(0) if single else h


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`."""

    gates = 4

    def forward(self, input, hx=None):
        """(N, D) and states (h, c), each (N, H), to the next ones."""
        x, states, weights, single = self._prepared(input, [None, None] if hx is None else _two_states("LSTMCell", hx))
        packed = recurrence.lstm(x, *states, *weights)
        return (packed[0].squeeze(0), packed[1].squeeze(0)) if single else (packed[0], packed[1])
