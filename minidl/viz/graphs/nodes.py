"""Any objects that know where they come from, drawn as a graph: for engines that learners write themselves."""

from minidl.errors import GraphError
from minidl.viz.graphs import dot
from minidl.viz.graphs.picture import DotPicture

MOST = 400


def nodes(root, parents, label=str, title=None):
    """Draw what led to an object.

    Parameters
    ----------
    root : object
    parents : callable
        ``parents(node)`` gives the nodes that a node was made from.
    label : callable
        ``label(node)`` gives the text in its box; lines are broken where the text has line breaks.
    title : str, optional
        What the reader should see.

    Returns
    -------
    DotPicture

    Raises
    ------
    GraphError
        For more than 400 nodes, or when the root leads back to itself.

    Examples
    --------
    >>> import minidl as md
    >>> family = {"child": ["mother", "father"], "mother": [], "father": []}
    >>> md.viz.nodes("child", family.get)
    A graph of 3 nodes that lead to child
    """
    order = ancestors(root, parents)
    names = {id(node): f"n{k}" for k, node in enumerate(order)}
    lines = ["digraph nodes {", dot.DEFAULTS]
    for node in order:
        kind = "operation" if list(parents(node)) else "parameter"
        extra = {"penwidth": 2.5} if node is root else {}
        look = {"class_": kind + " root" * (node is root), **dot.LOOKS[kind], **extra}
        text = dot.stacked(*(str(label(node)).split("\n") or [""]))
        lines.append(f"  {names[id(node)]} {dot.attributes(label=text, **look)}")
    lines += [f"  {names[id(p)]} -> {names[id(node)]}" for node in order for p in parents(node)]
    text = title or f"A graph of {len(order)} nodes that lead to {' '.join(str(label(root)).split())[:60]}"
    return DotPicture("\n".join([*lines, "}", ""]), text)


def ancestors(root, parents):
    """The nodes that led to a node, each once, the root first."""
    seen, order, waiting = {id(root)}, [root], [root]
    while waiting:
        node = waiting.pop()
        for p in parents(node):
            if p is root:
                raise GraphError("a node leads back to itself: this is no graph of a computation")
            if id(p) not in seen:
                seen.add(id(p))
                order.append(p)
                waiting.append(p)
        if len(order) > MOST:
            raise GraphError(f"there are more than {MOST} nodes: draw a smaller computation")
    return order
