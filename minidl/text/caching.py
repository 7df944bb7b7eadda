"""Keys and values that were computed already: what makes writing token by token quick."""

from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError, aligned
from minidl.ops.shape import cat


class KeyValueCache:
    """The keys and values of what an attention layer has read; each layer has its own.

    A token's key and value do not change when more text comes after it (under a causal mask), so they need to be computed
    once. With a cache a network is given new tokens only.

    Attributes
    ----------
    keys, values : Tensor, shape (..., S, d), or None
        Of the S tokens read so far; None before the first.

    Examples
    --------
    >>> import minidl as md
    >>> cache = KeyValueCache()
    >>> keys, values = cache.extend(md.ones(1, 3, 4), md.ones(1, 3, 4))
    >>> keys, values = cache.extend(md.zeros(1, 1, 4), md.zeros(1, 1, 4))
    >>> keys.shape, len(cache)
    ((1, 4, 4), 4)
    """

    def __init__(self):
        self.keys = self.values = None

    def __len__(self):
        return 0 if self.keys is None else self.keys.shape[-2]

    def extend(self, keys, values):
        """Add the keys and values of new tokens.

        Parameters
        ----------
        keys, values : Tensor, shape (..., T, d)

        Returns
        -------
        (Tensor, Tensor)
            Those of all tokens, shape (..., S + T, d). No gradient flows back into what was read before.

        Raises
        ------
        ShapeError
            When there is not a value for each key, or another text, head or width comes than before.
        DtypeError
            When they are no tensors.
        """
        for name, new in (("keys", keys), ("values", values)):
            if not isinstance(new, Tensor):
                raise DtypeError(f"{name} are a tensor (..., T, d), and this is of type {type(new).__name__}")
            if new.ndim < 2:
                raise ShapeError(f"{name} have a row for each token, (..., T, d), and these have shape {new.shape}")
        if keys.shape[:-1] != values.shape[:-1]:
            raise ShapeError(
                "a cache gets a value for each key\n" + aligned([("keys", keys.shape), ("values", values.shape)])
            )
        for name, new, old in (("keys", keys, self.keys), ("values", values, self.values)):
            if old is not None and (*new.shape[:-2], new.shape[-1]) != (*old.shape[:-2], old.shape[-1]):
                raise ShapeError(
                    f"these {name} do not go on with those in the cache: only the number of tokens may differ; "
                    "another text needs a new cache\n" + aligned([("cache", old.shape), ("new", new.shape)])
                )
        if self.keys is not None:
            keys, values = cat([self.keys, keys], -2), cat([self.values, values], -2)
        self.keys, self.values = keys.detach(), values.detach()
        return keys, values

    def __repr__(self):
        return f"KeyValueCache({len(self)} tokens)"
