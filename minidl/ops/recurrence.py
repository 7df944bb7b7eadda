r"""Whole recurrent layers as single operations: one direction of one layer, all steps.

The input product of all steps is one matrix product before the walk through time, and the
gradients of the weights are one product after the walk back.
"""

import numpy as np

from minidl.autograd import fit, operation
from minidl.ops.shape import cat, stack


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _inputs(x, w_ih, b_ih, b_hh=None):
    """The share of the input in all gates at all steps: (T, N, gates)."""
    T, N, D = x.shape
    product = x.reshape(T * N, D) @ w_ih.T
    if b_ih is not None:
        product += b_ih if b_hh is None else b_ih + b_hh
    return product.reshape(T, N, -1)


def _lstm_in_small_operations(x, h0, c0, w_ih, w_hh, b_ih, b_hh):
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
    composed=_lstm_in_small_operations,
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
    T, N, _ = x.shape
    H = w_hh.shape[1]
    gates = _inputs(x, w_ih, b_ih, b_hh)
    out = np.empty((T + 1, N, H), gates.dtype)
    cells, tanh_c = np.empty((T + 1, N, H), gates.dtype), np.empty((T, N, H), gates.dtype)
    cells[0], previous, turned = c0, h0, np.ascontiguousarray(w_hh.T)
    z = np.empty((N, 4 * H), gates.dtype)  # one step is worked on in memory of its own, which stays in the cache
    cell = slice(2 * H, 3 * H)
    with np.errstate(over="ignore"):
        for t in range(T):
            np.matmul(previous, turned, out=z)
            z += gates[t]
            g = np.tanh(z[:, cell])
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += 1
            np.reciprocal(z, out=gates[t])
            gates[t, :, cell] = g
            np.multiply(gates[t, :, H : 2 * H], cells[t], out=cells[t + 1])
            cells[t + 1] += gates[t, :, :H] * g
            np.tanh(cells[t + 1], out=tanh_c[t])
            np.multiply(gates[t, :, 3 * H :], tanh_c[t], out=out[t])
            previous = out[t]
    out[T] = cells[T]

    def pull(grad, wanted):
        dz = np.empty((T, N, 4, H), gates.dtype)
        dh, dc = np.zeros((N, H), gates.dtype), grad[T].copy()
        for t in range(T - 1, -1, -1):
            y, tanh = gates[t].reshape(N, 4, H), tanh_c[t]
            i, f, g, o = (y[:, k] for k in range(4))
            d = dz[t]
            np.subtract(1, y, out=d)
            d *= y
            d[:, 0] *= g
            d[:, 1] *= cells[t]
            d[:, 2] = i * (1 - g * g)
            d[:, 3] *= tanh
            dh += grad[t]
            dc += dh * o * (1 - tanh * tanh)
            d[:, :3] *= dc[:, None]
            d[:, 3] *= dh
            np.matmul(dz[t].reshape(N, 4 * H), w_hh, out=dh)
            dc *= f
        before = np.concatenate([h0[None], out[: T - 1]]) if T else h0[None][:0]
        dz = dz.reshape(gates.shape)
        return *_input_gradients(dz, x, before, w_ih, wanted, (dh, dc)), *_bias_gradients(dz, b_ih)

    return out, pull


def _input_gradients(dz, x, before, w_ih, wanted, states, dz_hh=None):
    """The gradients of x, of the initial states and of both weights."""
    flat, steps = dz.reshape(-1, dz.shape[-1]), len(dz)
    hidden = flat if dz_hh is None else dz_hh.reshape(flat.shape)
    gx = (flat @ w_ih).reshape(x.shape) if wanted[0] else None
    g_hh = hidden.T @ before.reshape(len(hidden), -1) if steps else np.zeros((dz.shape[-1], before.shape[-1]), dz.dtype)
    return gx, *states, flat.T @ x.reshape(len(flat), -1), g_hh


def _bias_gradients(dz, b_ih, dz_hh=None):
    if b_ih is None:
        return None, None
    g = fit(dz, b_ih)
    return g, g if dz_hh is None else fit(dz_hh, b_ih)


def _gru_in_small_operations(x, h0, w_ih, w_hh, b_ih, b_hh):
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
    composed=_gru_in_small_operations,
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
        b = previous @ turned
        if b_hh is not None:
            b += b_hh
        with np.errstate(over="ignore"):
            a[t, :, : 2 * H] = _sigmoid(a[t, :, : 2 * H] + b[:, : 2 * H])
        new_h[t] = b[:, 2 * H :]
        r, z = a[t, :, :H], a[t, :, H : 2 * H]
        n = np.tanh(a[t, :, 2 * H :] + r * new_h[t])
        a[t, :, 2 * H :] = n
        out[t] = n + z * (previous - n)
        previous = out[t]

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
            dh = dh * z[t] + db[t] @ w_hh
        return *_input_gradients(da, x, before, w_ih, wanted, (dh,), db), *_bias_gradients(da, b_ih, db)

    return out, pull


def _rnn_in_small_operations(x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity):
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
    composed=_rnn_in_small_operations,
)
def rnn(x, h0, w_ih, w_hh, b_ih, b_hh, nonlinearity):
    """One direction of one simple recurrent layer (Elman 1990): (T, N, D) to (T, N, H)."""
    T = len(x)
    out = _inputs(x, w_ih, b_ih, b_hh)
    previous, turned = h0, np.ascontiguousarray(w_hh.T)
    for t in range(T):
        out[t] += previous @ turned
        if nonlinearity == "tanh":
            np.tanh(out[t], out=out[t])
        else:
            np.maximum(out[t], 0, out=out[t])
        previous = out[t]

    def pull(grad, wanted):
        slope = 1 - out * out if nonlinearity == "tanh" else (out > 0).astype(out.dtype)
        dz, dh = np.empty_like(out), np.zeros_like(h0)
        for t in range(T - 1, -1, -1):
            np.multiply(dh + grad[t], slope[t], out=dz[t])
            dh = dz[t] @ w_hh
        before = np.concatenate([h0[None], out[:-1]]) if T else h0[None][:0]
        return *_input_gradients(dz, x, before, w_ih, wanted, (dh,)), *_bias_gradients(dz, b_ih)

    return out, pull
