r"""Whole recurrent layers as single operations: one direction of one layer, all steps.

The input product of all steps is one matrix product before the walk through time, and the
gradients of the weights are one product after the backward pass.
"""

import numpy as np

from minidl.engine.broadcasting import sum_of_rows
from minidl.engine.operation import operation
from minidl.engine.parallel import one_blas_thread, product
from minidl.ops.activation import sigmoid_array
from minidl.ops.shape import cat, stack


def _inputs(x, w_ih, b_ih, b_hh=None):
    """The share of the input in all gates at all steps: (T, N, gates)."""
    T, N, D = x.shape
    z = product(x.reshape(T * N, D), w_ih.T)
    if b_ih is not None:
        z += b_ih if b_hh is None else b_ih + b_hh
    return z.reshape(T, N, len(w_ih))


def _lstm_reference(x, h0, c0, w_ih, w_hh, b_ih, b_hh):
    h, c, outputs = h0, c0, []
    for step in x.unbind(0):
        z = step @ w_ih.T + h @ w_hh.T
        z = z if b_ih is None else z + b_ih + b_hh
        i, f, g, o = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return stack([*outputs, c])


@operation(
    formula=r"c_t = f \odot c_{t-1} + i \odot g,\ h_t = o \odot \tanh c_t,\quad"
    r"(i, f, o) = \sigma(\cdot),\ g = \tanh(\cdot) \text{ of } W x_t + U h_{t-1} + b",
    gradient=r"\bar c_{t-1} = f \odot \bar c_t,\quad \bar h_{t-1} = U^\top \bar z_t,"
    r"\quad \bar W = \textstyle\sum_t \bar z_t x_t^\top",
    joint=True,
    promote="same",
    composed=_lstm_reference,
)
def lstm(x, h0, c0, w_ih, w_hh, b_ih, b_hh):
    """One direction of one LSTM layer (Hochreiter & Schmidhuber 1997).

    Parameters
    ----------
    x : (T, N, D)
    h0, c0 : (N, H)
    w_ih, w_hh : (4H, D), (4H, H)
        Gates in the order input, forget, cell, output.
    b_ih, b_hh : (4H,), or None

    Returns
    -------
    (T + 1, N, H)
        The hidden states of all steps, and after them the last cell state.
    """
    # A step is one product, of all weights (and the bias) with the input and the state of the step (and a row of ones). The
    # output gate moves to the front, so that the three sigmoids are neighbours, and so are the three gates of the cell.
    (T, N, D), H = x.shape, w_hh.shape[1]
    weights = [w_ih, w_hh] if b_ih is None else [w_ih, w_hh, (b_ih + b_hh)[:, None]]
    with one_blas_thread:
        run = _LSTMRun(x, h0, c0, np.roll(np.concatenate(weights, axis=1), H, axis=0))
    biased = b_ih is not None

    def pull(grad, wanted):
        with one_blas_thread:
            dz, dh, dc = run.back(grad)
        rows = dz.reshape(4 * H, T * N)
        gx = product(rows.T, run.u_ih).reshape(T, N, D) if wanted[0] else None
        sums = product(rows, x.reshape(T * N, D)), product(rows, run.states_before().T), sum_of_rows(rows.T)
        g_ih, g_hh, g_b = (np.roll(part, -H, axis=0) for part in sums)
        return gx, dh, dc, g_ih, g_hh, *((g_b, g_b) if biased else (None, None))

    return run.h[1:].transpose(0, 2, 1), pull


class _LSTMRun:
    """All steps of an LSTM, and what its gradient needs.

    Gates and units come first and examples last: each gate of a step is then one piece of memory. The gates are output,
    input, forget and cell; `u` holds the weights of the input, those of the state, and the bias, side by side.
    """

    def __init__(self, x, h0, c0, u):
        (T, N, D), H = x.shape, h0.shape[1]
        steps = np.ones((T + 2, u.shape[1], N), u.dtype)
        h = steps[:, D : D + H]
        gates, tanh_c, cells = (np.empty(shape, u.dtype) for shape in ((T, 4 * H, N), (T, H, N), (T + 1, H, N)))
        steps[:T, :D], h[0], cells[0] = x.transpose(0, 2, 1), h0.T, c0.T
        with np.errstate(over="ignore"):
            for t in range(T):
                z, c = gates[t], cells[t + 1]
                np.matmul(u, steps[t], out=z)
                sigmoids, g = z[: 3 * H], z[3 * H :]
                np.negative(sigmoids, out=sigmoids)
                np.exp(sigmoids, out=sigmoids)
                sigmoids += 1
                np.reciprocal(sigmoids, out=sigmoids)
                np.tanh(g, out=g)
                np.multiply(z[2 * H : 3 * H], cells[t], out=c)
                c += z[H : 2 * H] * g
                np.tanh(c, out=tanh_c[t])
                np.multiply(z[:H], tanh_c[t], out=h[t + 1])
        h[T + 1] = cells[T]
        self.h = h  # h0, the hidden states, and after them the last cell state
        self.gates, self.tanh_c, self.cells = gates, tanh_c, cells
        self.u_ih, self.u_hh = np.ascontiguousarray(u[:, :D]), np.ascontiguousarray(u[:, D : D + H])

    def back(self, grad):
        """From the gradient of all states (and the last cell state) to those of the sums in the gates, of h0 and c0."""
        grad = np.ascontiguousarray(grad.transpose(0, 2, 1))
        (T, H, N), gates, cells, u_hh = self.tanh_c.shape, self.gates, self.cells, self.u_hh
        dz, d = np.empty((4 * H, T, N), grad.dtype), np.empty((4, H, N), grad.dtype)
        dh, dc = np.zeros((H, N), grad.dtype), grad[T].copy()
        for t in range(T - 1, -1, -1):
            y, tanh = gates[t].reshape(4, H, N), self.tanh_c[t]
            o, i, f, g = y
            np.subtract(1, y[:3], out=d[:3])
            d[:3] *= y[:3]
            d[0] *= tanh
            d[1] *= g
            d[2] *= cells[t]
            np.multiply(g, g, out=d[3])
            np.subtract(1, d[3], out=d[3])
            d[3] *= i
            dh += grad[t]
            dc += dh * o * (1 - tanh * tanh)
            d[0] *= dh
            for slope in d[1:]:  # one after the other: NumPy takes far longer for d[1:] *= dc
                slope *= dc
            dz[:, t] = d.reshape(4 * H, N)
            np.matmul(u_hh.T, d.reshape(4 * H, N), out=dh)
            dc *= f
        return dz, dh.T, dc.T

    def states_before(self):
        """The hidden state before each step: (H, T * N)."""
        T, H, N = self.tanh_c.shape
        return np.ascontiguousarray(self.h[:T].transpose(1, 0, 2)).reshape(H, T * N)


def projected_lstm(x, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr):
    """One direction of one LSTM layer whose hidden state is a projection of its cell (Sak et al. 2014), step by step.

    Parameters
    ----------
    x : (T, N, D)
    h0, c0 : (N, P), (N, H)
    w_ih, w_hh, w_hr : (4H, D), (4H, P), (P, H)
    b_ih, b_hh : (4H,), or None

    Returns
    -------
    (T, N, P), (N, H)
        The hidden states of all steps, and the last cell state.
    """
    h, c, outputs = h0, c0, []
    for step in x.unbind(0):
        z = step @ w_ih.T + h @ w_hh.T
        z = z if b_ih is None else z + b_ih + b_hh
        i, f, g, o = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = (o.sigmoid() * c.tanh()) @ w_hr.T
        outputs.append(h)
    return stack(outputs), c


def _input_gradients(dz, x, before, w_ih, wanted, states, dz_hh=None):
    """The gradients of x, of the initial states and of both weights."""
    flat = dz.reshape(-1, dz.shape[-1])
    hidden = flat if dz_hh is None else dz_hh.reshape(flat.shape)
    gx = product(flat, w_ih).reshape(x.shape) if wanted[0] else None
    g_ih, g_hh = product(flat.T, x.reshape(-1, x.shape[-1])), product(hidden.T, before.reshape(-1, before.shape[-1]))
    return gx, *states, g_ih, g_hh


def _bias_gradients(dz, biased, dz_hh=None):
    if not biased:
        return None, None
    g = sum_of_rows(dz.reshape(-1, dz.shape[-1]))
    return g, g if dz_hh is None else sum_of_rows(dz_hh.reshape(-1, dz.shape[-1]))


def _gru_reference(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, outputs = h0, []
    for step in x.unbind(0):
        a, b = step @ w_ih.T, h @ w_hh.T
        a, b = (a, b) if b_ih is None else (a + b_ih, b + b_hh)
        (ar, az, an), (br, bz, bn) = a.chunk(3, 1), b.chunk(3, 1)
        r, z = (ar + br).sigmoid(), (az + bz).sigmoid()
        n = (an + r * bn).tanh()
        h = (1 - z) * n + z * h
        outputs.append(h)
    return stack(outputs) if outputs else x[:, :, :0] + h0[None]


@operation(
    formula=r"h_t = (1 - z) \odot n + z \odot h_{t-1},"
    r"\quad n = \tanh(W_n x_t + r \odot U_n h_{t-1}),\ (r, z) = \sigma(\cdot)",
    gradient=r"\bar h_{t-1} = z \odot \bar h_t + U^\top \bar a_t,\quad \bar W = \textstyle\sum_t \bar a_t x_t^\top",
    joint=True,
    promote="same",
    composed=_gru_reference,
)
def gru(x, h0, w_ih, w_hh, b_ih, b_hh):
    """One direction of one GRU layer (Cho et al. 2014): (T, N, D) to (T, N, H); gates in the order reset, update, new."""
    T, N, _ = x.shape
    H = w_hh.shape[1]
    a = _inputs(x, w_ih, b_ih)
    new_h = np.empty((T, N, H), a.dtype)  # the recurrent share of the new gate, before it is reset
    out = np.empty((T, N, H), a.dtype)
    previous, turned = h0, np.ascontiguousarray(w_hh.T)
    for t in range(T):
        b = product(previous, turned)
        if b_hh is not None:
            b += b_hh
        a[t, :, : 2 * H] = sigmoid_array(a[t, :, : 2 * H] + b[:, : 2 * H])
        new_h[t] = b[:, 2 * H :]
        r, z = a[t, :, :H], a[t, :, H : 2 * H]
        n = np.tanh(a[t, :, 2 * H :] + r * new_h[t])
        a[t, :, 2 * H :] = n
        out[t] = n + z * (previous - n)
        previous = out[t]
    biased = b_ih is not None

    def pull(grad, wanted):
        before = np.concatenate([h0[None], out[:-1]]) if T else h0[None][:0]
        r, z, n = (a[..., k * H : (k + 1) * H] for k in range(3))
        slope_n, slope_z = (1 - z) * (1 - n * n), (before - n) * z * (1 - z)
        slope_r = new_h * r * (1 - r)
        da, db, dh = np.empty_like(a), np.empty_like(a), np.zeros((N, H), a.dtype)
        for t in range(T - 1, -1, -1):
            dh = dh + grad[t]
            dn = dh * slope_n[t]
            da[t, :, 2 * H :] = dn
            da[t, :, :H] = dn * slope_r[t]
            da[t, :, H : 2 * H] = dh * slope_z[t]
            db[t, :, : 2 * H] = da[t, :, : 2 * H]
            db[t, :, 2 * H :] = dn * r[t]
            dh = dh * z[t] + product(db[t], w_hh)
        return *_input_gradients(da, x, before, w_ih, wanted, (dh,), db), *_bias_gradients(da, biased, db)

    return out, pull


def _rnn_reference(x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity):
    h, outputs = h0, []
    for step in x.unbind(0):
        z = step @ w_ih.T + h @ w_hh.T
        z = z if b_ih is None else z + b_ih + b_hh
        h = z.tanh() if nonlinearity == "tanh" else z.relu()
        outputs.append(h)
    return cat([h.unsqueeze(0) for h in outputs])


@operation(
    formula=r"h_t = \tanh(W x_t + U h_{t-1} + b)",
    gradient=r"\bar h_{t-1} = U^\top (\bar h_t \odot (1 - h_t^2)),\quad \bar W = \textstyle\sum_t \bar z_t x_t^\top",
    joint=True,
    promote="same",
    operands=6,
    composed=_rnn_reference,
)
def rnn(x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity):
    """One direction of one simple recurrent layer (Elman 1990): (T, N, D) to (T, N, H)."""
    T = len(x)
    out = _inputs(x, w_ih, b_ih, b_hh)
    previous, turned = h0, np.ascontiguousarray(w_hh.T)
    for t in range(T):
        out[t] += product(previous, turned)
        if nonlinearity == "tanh":
            np.tanh(out[t], out=out[t])
        else:
            np.maximum(out[t], 0, out=out[t])
        previous = out[t]
    biased = b_ih is not None

    def pull(grad, wanted):
        slope = 1 - out * out if nonlinearity == "tanh" else (out > 0).astype(out.dtype)
        dz, dh = np.empty_like(out), np.zeros_like(h0)
        for t in range(T - 1, -1, -1):
            np.multiply(dh + grad[t], slope[t], out=dz[t])
            dh = product(dz[t], w_hh)
        before = np.concatenate([h0[None], out[:-1]]) if T else h0[None][:0]
        return *_input_gradients(dz, x, before, w_ih, wanted, (dh,)), *_bias_gradients(dz, biased)

    return out, pull
