"""Looking inside a network: what its layers put out, what its filters look for, what it attends to, where it puts things."""

import numpy as np

from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, ShapeError
from minidl.nn.module import Module
from minidl.train.metrics import array_of
from minidl.viz.figure import FigurePicture, Grid, plain_label, png, wrapped
from minidl.viz.graphs.walking import undisturbed
from minidl.viz.planes.colours import class_colour, rgb
from minidl.viz.runs.flow_history import activation_numbers
from minidl.viz.summary import number_text, shortened
from minidl.viz.theme import LIGHT, faded


def activations(model, x, title=None):
    """Draw what every layer puts out for an input: the distribution, and the share that is 0.

    Parameters
    ----------
    model : Module
        It is left as it was.
    x : Tensor
        A batch of inputs.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` maps each layer to "mean", "std", "zeros" and, where it applies, "dead" and "saturated".

    Raises
    ------
    MinidlError
        When no layer ran.
    """
    seen = {}

    def remember(name):
        def hook(module, args, out):
            if isinstance(out, Tensor):
                seen[name] = (module, out.array)

        return hook

    hooks = [m.register_forward_hook(remember(name)) for name, m in model.named_modules() if not list(m.children())]
    try:
        with no_grad(), undisturbed([model]):
            model(x)
    finally:
        for hook in hooks:
            hook.remove()
    if not seen:
        raise MinidlError("no layer of this model ran, so there is no activation to draw")
    data = {
        name: {"mean": float(out.mean(dtype=np.float64)), **activation_numbers(m, out)} for name, (m, out) in seen.items()
    }
    widest = max(data, key=lambda name: data[name]["std"])
    title = title or f"the outputs are widest in {widest}, with a spread of {number_text(data[widest]['std'])}"

    def draw(figure):
        rows = figure.subplots(len(seen), 1, squeeze=False)[:, 0]
        asked = []
        for axes, (name, (module, out)) in zip(rows, seen.items(), strict=True):
            finite = out[np.isfinite(out)].ravel()
            if not finite.size:
                axes.text(0.5, 0.5, "no finite value", transform=axes.transAxes, ha="center", color=LIGHT["gradient"])
                continue
            counts, edges = np.histogram(finite, 40)
            middles = (edges[1:] + edges[:-1]) / 2
            axes.stairs(counts / finite.size, edges, fill=True, color=LIGHT["value"])
            axes.set_ylabel(
                f"{plain_label(name, 14)}\n{type(module).__name__}", rotation=0, ha="right", va="center", fontsize=9
            )
            axes.set_yticks([])
            axes.tick_params(labelsize=8)
            notes = [f"spread {number_text(data[name]['std'])}"]
            notes += [f"{data[name][k]:.0%} {k}" for k in ("zeros", "dead", "saturated") if data[name].get(k, 0) > 0.005]
            note = {"xycoords": "axes fraction", "ha": "right", "va": "top", "fontsize": 9}
            axes.annotate("\n".join(notes), (0.995, 0.95), color=LIGHT["faint"], **note)
            for m, share, a, b in zip(middles, counts / finite.size, edges, edges[1:], strict=False):
                asked.append(
                    (axes, m, share, f"output of {name}\n{share:.1%} between {number_text(a)} and {number_text(b)}")
                )
        figure.suptitle(wrapped(title, 7), x=0.01, ha="left", fontsize=12)
        return asked

    return FigurePicture(draw, f"Activations: {title}", data, size=(7, 0.7 + 0.95 * len(seen)))


def filters(thing, shape=None, columns=8, title=None):
    """Draw the weights of a first layer as the images that they answer to.

    Parameters
    ----------
    thing : Module or Tensor
        A layer, a model whose first weight with more than one dimension is meant, or the weight itself: of a
        convolution (out, in, height, width), or of a linear layer (out, in). Of a convolution with
        several inputs the mean over them is drawn.
    shape : (int, int), optional
        Height and width of an image, for a linear layer; a square unless given.
    columns : int
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture

    Raises
    ------
    ShapeError
        When the weights are no images.
    """
    if isinstance(thing, Module):
        found = [(name, p) for name, p in thing.named_parameters() if p.ndim > 1]
        if not found:
            raise MinidlError(f"this {type(thing).__name__} has no weight with rows or filters to draw")
        name, thing = found[0]
    else:
        name = "weight"
    w = array_of(thing)
    if w.ndim == 2:
        side = round(w.shape[1] ** 0.5)
        shape = shape or (side, side)
        if shape[0] * shape[1] != w.shape[1]:
            raise ShapeError(
                f"rows of {w.shape[1]} weights are no image of {shape[0]} × {shape[1]}: give shape=(height, width)"
            )
        w = w.reshape(len(w), *shape)
    elif w.ndim == 4:
        w = w.mean(axis=1)
    else:
        raise ShapeError(f"filters are drawn from weights of shape (out, in) or (out, in, height, width), not {w.shape}")
    w = w[:64]
    largest = float(np.abs(w[np.isfinite(w)]).max()) if np.isfinite(w).any() else 1.0
    title = title or f"{len(w)} filters of {name}: orange adds, blue takes away"

    columns = min(columns, len(w))
    rows = -(-len(w) // columns)
    tall, wide = w.shape[1] + 1, w.shape[2] + 1  # a gap of one pixel between two
    sheet = np.full((rows * tall, columns * wide), np.nan)
    for k, image in enumerate(w):
        top, left = k // columns * tall, k % columns * wide
        sheet[top : top + tall - 1, left : left + wide - 1] = image / (largest or 1.0)

    def draw(figure):
        axes = figure.add_subplot()
        axes.axis("off")
        axes.imshow(both_ways(sheet), interpolation="none")
        figure.suptitle(wrapped(title, size[0] - 0.4), x=0.01, ha="left", fontsize=12)
        return [
            (axes, k % columns * wide + wide / 2 - 1, k // columns * tall + tall / 2 - 1,
             f"filter {k}\nfrom {number_text(image.min())} to {number_text(image.max())}")
            for k, image in enumerate(w)
        ]  # fmt: skip

    size = (max(4.0, 0.8 * columns), 0.6 + 0.8 * rows * tall / wide)
    return FigurePicture(draw, f"Filters: {title}", {"weights": w.tolist()}, size=size)


def both_ways(values):
    """Numbers from -1 to 1 as colours: blue below 0, orange above, clear at 0."""
    below, above = rgb(LIGHT["value"]), rgb(LIGHT["gradient"])
    values = np.nan_to_num(np.clip(values, -1, 1))
    return np.concatenate([np.where(values[..., None] < 0, below, above), np.abs(values)[..., None]], axis=-1)


def attention(weights, queries=None, keys=None, title=None):
    """Draw who attends to whom.

    Parameters
    ----------
    weights : Tensor, shape (L, S) or (heads, L, S)
        Attention weights; rows add up to 1.
    queries, keys : list of str, optional
        What the rows and columns are, such as words.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture

    Raises
    ------
    ShapeError
        When these are no such weights, or names and rows differ in number.
    """
    w = array_of(weights)
    w = w[None] if w.ndim == 2 else w
    if w.ndim != 3 or not np.isfinite(w).any():
        raise ShapeError(f"attention weights have shape (L, S) or (heads, L, S), not {w.shape}; take one example of a batch")
    keys = queries if keys is None and w.shape[1] == w.shape[2] else keys
    for what, names, n in (("queries", queries, w.shape[1]), ("keys", keys, w.shape[2])):
        if names is not None and len(names) != n:
            raise ShapeError(f"there are {n} {what} in the weights and {len(names)} names for them")
    rows = [str(q) for q in (queries if queries is not None else range(w.shape[1]))]
    cols = [str(k) for k in (keys if keys is not None else range(w.shape[2]))]
    strongest = max(float(np.nanmax(w)), 1e-9) if np.isfinite(w).any() else 1.0
    h, i, j = np.unravel_index(np.nanargmax(w), w.shape)
    title = title or f"the strongest look, {w[h, i, j]:.0%}, goes from {shortened(rows[i])} to {shortened(cols[j])}"

    def draw(figure):
        grid = figure.subplots(1, len(w), squeeze=False)[0]
        asked = []
        for k, axes in enumerate(grid):
            axes.imshow(w[k], cmap=faded("value"), vmin=0, vmax=strongest, interpolation="none", aspect="auto")
            _few_ticks(axes.set_yticks, rows if k == 0 else [""] * len(rows))
            _few_ticks(axes.set_xticks, cols, rotation=90 if max(map(len, cols)) > 2 else 0)
            axes.grid(visible=False)
            if len(w) > 1:
                axes.set_title(f"head {k}", fontsize=10)
            tell = lambda a, b, k=k: f"{rows[a]} looks at {cols[b]}\n{w[k, a, b]:.1%}"
            asked.append(Grid(axes, [[tell(a, b) for b in range(len(cols))] for a in range(len(rows))]))
        grid[0].set_ylabel("looks")
        grid[0].set_xlabel("is looked at")
        figure.suptitle(wrapped(title, 1 + 2.9 * len(w)), x=0.01, ha="left", fontsize=12)
        return asked

    return FigurePicture(draw, f"Attention: {title}", {"weights": w.tolist()}, size=(1.6 + 2.9 * len(w), 4.2))


def _few_ticks(put, names, **look):
    every = max(1, -(-len(names) // 24))
    put(range(0, len(names), every), [plain_label(n, 12) for n in names[::every]], fontsize=9, **look)


def embedding(vectors, labels=None, names=None, images=None, title=None):
    """Draw vectors as points of a plane, turned so that as much of their spread as possible is seen (principal components).

    Parameters
    ----------
    vectors : Tensor, shape (N, D)
    labels : Tensor, shape (N,), optional
        Class numbers; each class has a colour.
    names : list of N str, optional
        What each point is; few are written beside it, all are told on hovering.
    images : Tensor, shape (N, H, W) or (N, 1, H, W), optional
        Shown on hovering.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` holds "points" (N, 2) and "share", how much of the spread they show.

    Raises
    ------
    ShapeError
        When these are no vectors, or things differ in number.
    """
    v = array_of(vectors).astype(np.float64)
    if v.ndim != 2 or len(v) < 2:
        raise ShapeError(f"an embedding is drawn from two or more vectors, shape (N, D), not {v.shape}")
    if not np.isfinite(v).all():
        raise MinidlError("some vectors hold NaN or infinity, and have no place in the plane")
    classes = None if labels is None else array_of(labels).reshape(-1).astype(int)
    pixels = None if images is None else array_of(images).reshape(-1, *array_of(images).shape[-2:])
    for what, given in (("labels", classes), ("names", names), ("images", pixels)):
        if given is not None and len(given) != len(v):
            raise ShapeError(f"there are {len(v)} vectors and {len(given)} {what}")
    centred = v - v.mean(axis=0)
    _, sizes, ways = np.linalg.svd(centred, full_matrices=False)
    ways *= np.sign(ways[np.arange(len(ways)), np.abs(ways).argmax(axis=1)])[:, None]  # the same way round in every run
    points = np.pad(centred @ ways[:2].T, ((0, 0), (0, max(0, 2 - len(ways)))))
    share = float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-300))
    title = title or f"{len(v)} vectors of {v.shape[1]} numbers; this plane shows {share:.0%} of their spread"

    def draw(figure):
        axes = figure.add_subplot()
        for k in [0] if classes is None else np.unique(classes):
            mine = np.ones(len(v), bool) if classes is None else classes == k
            marker = "o^sDv*PX"[k // 5 % 8]
            axes.scatter(*points[mine].T, s=22, color=class_colour(k), marker=marker, alpha=0.8, label=str(k), linewidth=0)
        if names is not None and len(names) <= 40:
            for (x, y), name in zip(points, names, strict=True):
                axes.annotate(plain_label(str(name), 14), (x, y), (4, 3), textcoords="offset points", fontsize=9)
        if classes is not None:
            axes.legend(title="class", fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_xlabel("first principal component")
        axes.set_ylabel("second")
        axes.set_title(wrapped(title, 5.6))
        asked = []
        for k, (x, y) in enumerate(points[:1000]):
            what = [str(names[k]) if names is not None else f"number {k}"]
            what += [] if classes is None else [f"class {classes[k]}"]
            picture = [] if pixels is None or k >= 200 else [png(pixels[k] / max(1.0, float(pixels[k].max())))]
            asked.append((axes, x, y, "\n".join(what), *picture))
        return asked

    return FigurePicture(draw, f"Embedding: {title}", {"points": points.tolist(), "share": share}, size=(6.6, 5))
