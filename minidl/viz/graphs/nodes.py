"""Any objects that know where they come from."""

from minidl.errors import GraphError

MOST = 400


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
