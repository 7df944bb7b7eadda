"""Embedding: a learned vector for each word."""

from minidl.errors import ShapeError
from minidl.nn import init
from minidl.nn.module import Module, shown
from minidl.nn.parameter import Parameter
from minidl.ops import embedding as ops
from minidl.ops.creation import empty


def _table(rows, columns, given, frozen, device, dtype):
    """The weight: new, or the one that is given."""
    if given is None:
        return Parameter(empty(rows, columns, dtype=dtype, device=device), requires_grad=not frozen)
    if tuple(given.shape) != (rows, columns):
        raise ShapeError(f"the given table has shape {given.shape}, and one of shape {(rows, columns)} is asked for")
    return Parameter(given, requires_grad=not frozen)


def _draw(weight, padding_idx):
    """Draw the initial values of a table."""
    init.normal_(weight)
    if padding_idx is not None:
        init.zeros_(weight.detach()[padding_idx])


class Embedding(Module):
    """A table of vectors, looked up by whole numbers.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Rows and columns of the table.
    padding_idx : int, optional
        A row that starts at 0 and gets no gradient.
    max_norm, norm_type : float, optional
        Rows that are longer are shortened when they are looked up.
    scale_grad_by_freq : bool
        Divide the gradient of each row by how often it was named.
    sparse : bool
        Accepted; the gradient is as large as the table all the same.

    Examples
    --------
    >>> import minidl as md
    >>> md.nn.Embedding(10, 4)(md.tensor([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx {padding_idx} is not a row of a table of {num_embeddings}")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = padding_idx % num_embeddings if padding_idx is not None else None
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.weight = _table(num_embeddings, embedding_dim, _weight, _freeze, device, dtype)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self):
        """Draw new initial values."""
        _draw(self.weight, self.padding_idx)

    @classmethod
    def from_pretrained(
        cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False
    ):
        """A layer with a table that is given: (num_embeddings, embedding_dim); frozen unless said otherwise."""
        if embeddings.ndim != 2:
            raise ShapeError(f"a table of embeddings has 2 dimensions, not shape {embeddings.shape}")
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def forward(self, input):
        """(...) to (..., embedding_dim)."""
        return ops.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )

    def extra_repr(self):
        """The arguments of the layer."""
        others = shown(self, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)
        return f"{self.num_embeddings}, {self.embedding_dim}" + (f", {others}" if others else "")


class EmbeddingBag(Module):
    """The sum, mean or largest element of the embeddings of each bag of words.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
    max_norm, norm_type, scale_grad_by_freq, sparse
        As in `Embedding`.
    mode : {"mean", "sum", "max"}
    include_last_offset : bool
        The offsets end with where the last bag ends.
    padding_idx : int, optional
        A word that does not count.
    """

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        mode="mean",
        sparse=False,
        _weight=None,
        include_last_offset=False,
        padding_idx=None,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx {padding_idx} is not a row of a table of {num_embeddings}")
        self.num_embeddings, self.embedding_dim, self.mode = num_embeddings, embedding_dim, mode
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        self.include_last_offset = include_last_offset
        self.padding_idx = padding_idx % num_embeddings if padding_idx is not None else None
        self.weight = _table(num_embeddings, embedding_dim, _weight, False, device, dtype)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self):
        """Draw new initial values."""
        _draw(self.weight, self.padding_idx)

    def forward(self, input, offsets=None, per_sample_weights=None):
        """Words (B, n), or (n,) with offsets (B,), to (B, embedding_dim)."""
        return ops.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self):
        """The arguments of the layer."""
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}"
