"""Embedding: a learned vector for each word."""

from minidl.engine.grad_mode import no_grad
from minidl.nn import init
from minidl.nn.module import Module, Parameter
from minidl.ops.creation import empty
from minidl.ops.embedding import embedding


class Embedding(Module):
    """A table of vectors, looked up by whole numbers.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Rows and columns of the table.
    padding_idx : int, optional
        A row that starts at 0 and gets no gradient.

    Examples
    --------
    >>> import minidl as md
    >>> md.nn.Embedding(10, 4)(md.tensor([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, dtype=None):
        super().__init__()
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx {padding_idx} is no row of a table of {num_embeddings}")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = padding_idx % num_embeddings if padding_idx is not None else None
        self.weight = Parameter(empty(num_embeddings, embedding_dim, dtype=dtype))
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0.0

    def forward(self, indices):
        """(...) to (..., embedding_dim)."""
        return embedding(indices, self.weight, self.padding_idx)

    def extra_repr(self):
        """The arguments of the layer."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
