"""Trees: tensors in dicts, lists and tuples inside each other, as parameters and results come.

Everything that is not a dict, list or tuple is a leaf, None too.
"""


def leaves(tree):
    """The leaves from left to right.

    >>> leaves({"a": 1, "b": [2, (3, None)]})
    [1, 2, 3, None]
    """
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, list | tuple):
        return [tree]
    return [leaf for branch in tree for leaf in leaves(branch)]


def mapped(function, tree):
    """The same tree with ``function(leaf)`` in the place of each leaf.

    >>> mapped(str, {"a": 1, "b": [2, 3]})
    {'a': '1', 'b': ['2', '3']}
    """
    if isinstance(tree, dict):
        return type(tree)((key, mapped(function, branch)) for key, branch in tree.items())
    if not isinstance(tree, list | tuple):
        return function(tree)
    branches = [mapped(function, branch) for branch in tree]
    return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)  # a named tuple takes them singly


def with_leaves(tree, new):
    """The same tree with other leaves.

    >>> with_leaves((1, [2, 3]), "abc")
    ('a', ['b', 'c'])
    """
    new = iter(new)
    return mapped(lambda leaf: next(new), tree)


def shape_of(tree):
    """What a tree looks like without its leaves: equal for trees that can be matched leaf by leaf.

    >>> shape_of({"a": 1, "b": [2, 3]})
    {'a': '*', 'b': ['*', '*']}
    """
    return mapped(lambda leaf: "*", tree)


def spread(prefix, tree):
    """For each leaf of `tree` the leaf of `prefix` above it; `prefix` is the same tree, perhaps cut off earlier.

    >>> spread((0, None), (1, [2, 3]))
    [0, None, None]

    Raises
    ------
    ValueError
        When the two do not match.
    """
    if not isinstance(prefix, dict | list | tuple):
        return [prefix] * len(leaves(tree))
    alike = type(prefix) is type(tree) and len(prefix) == len(tree)
    if not alike or (isinstance(prefix, dict) and prefix.keys() != tree.keys()):
        raise ValueError(f"{shape_of(prefix)} does not match {shape_of(tree)}")
    keys = tree if isinstance(tree, dict) else range(len(tree))
    return [leaf for key in keys for leaf in spread(prefix[key], tree[key])]
