"""Any objects that know where they come from, drawn as a graph: for engines that learners write themselves."""

from textwrap import wrap

from minidl.viz.graphs.drawing import Drawing, DrawnBox, DrawnEdge
from minidl.viz.graphs.drawn_picture import DrawnPicture
from minidl.viz.graphs.nodes import ancestors
from minidl.viz.text import lines_of, one_line


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
    DrawnPicture

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
    boxes = [
        DrawnBox(
            names[id(node)], lines_of(label(node)), "operation" if list(parents(node)) else "parameter", root=node is root
        )
        for node in order
    ]
    edges = [DrawnEdge(names[id(p)], names[id(node)]) for node in order for p in parents(node)]
    text = title or f"A graph of {len(order)} nodes that lead to {one_line(label(root))}"
    return DrawnPicture(Drawing(boxes, edges, title=wrap(one_line(title or ""), 40)), text)
