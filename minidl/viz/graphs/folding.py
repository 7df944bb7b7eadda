"""Which boxes of a graph are seen: groups are a tree that opens and closes, and a closed group is one box."""

from dataclasses import dataclass
from typing import Any

from minidl.viz.graphs.graph import Edge, Graph, Group

MOST_TOGETHER = 60  # more boxes than that side by side are put into groups of neighbours


@dataclass
class Box:
    """What is drawn as one box: a vertex, or a closed group.

    Attributes
    ----------
    id : str
        That of the vertex or the group.
    vertex : Vertex
        The vertex itself; of a group the last one inside, whose value is what the group returns.
    group : Group or None
        The closed group; None for a vertex.
    parent : str
        The open group it is drawn in.
    prefix : str
        The name of a module whose only content this is.
    inside : int
        How many operations a closed group holds.
    """

    id: str
    vertex: Any
    group: Any
    parent: str
    prefix: str = ""
    inside: int = 0


class Folding:
    """A graph whose groups can be opened and closed.

    Parameters
    ----------
    graph : Graph
        Stretches of more than `MOST_TOGETHER` boxes get groups of their own, so that every view stays small.
    """

    def __init__(self, graph):
        self.graph = graph = gathered(graph)
        self.groups = {g.id: g for g in graph.groups}
        self.children = {"": []}
        self.members = {}
        for g in graph.groups:
            self.children.setdefault(g.parent, []).append(g)
            self.children.setdefault(g.id, [])
        for v in graph.vertices:
            self.members.setdefault(v.group, []).append(v)
        # a module of one operation needs no box of its own
        self.slim = {g.id for g in graph.groups if g.parent and self._size(g.id) == 1}

    def _size(self, id):
        return len(self.members.get(id, ())) + len(self.children[id])

    def around(self, id):
        """The ids of a group and of those around it, from the inside out."""
        while id:
            yield id
            id = self.groups[id].parent

    def first_view(self):
        """The groups that are open at first: a network is seen as its layers."""
        level, opened = "", set()
        while True:
            groups = [g for g in self.children[level] if g.id not in self.slim]
            if level and len(groups) != 1:
                return opened
            if not groups:
                return opened
            if len(groups) > 1:
                return opened | {g.id for g in groups if g.kind != STRETCH}  # e.g. two networks: their layers
            level = groups[0].id
            if self._size(level) > MOST_TOGETHER:
                return opened
            opened.add(level)

    def everything(self):
        """All groups."""
        return set(self.groups)

    def boxes(self, opened):
        """The boxes that are seen while the groups `opened` are open, and the edges between them."""
        seen, place = {}, {}
        for v in self.graph.vertices:
            path = list(self.around(v.group))[::-1]
            closed = next((id for id in path if id not in opened and id not in self.slim), None)
            if closed is None:
                prefix = ": ".join(self.groups[id].name for id in path if id in self.slim)
                parent = next((id for id in reversed(path) if id not in self.slim), "")
                seen[v.id] = Box(v.id, v, None, parent, prefix)
                place[v.id] = v.id
            else:
                group = self.groups[closed]
                box = seen.setdefault(closed, Box(closed, v, group, group.parent))
                box.inside += v.kind == "operation"
                if v.kind == "operation":
                    box.vertex = v
                place[v.id] = closed
        edges = {}
        for e in self.graph.edges:
            source, target = place[e.source], place[e.target]
            if source != target:
                known = edges.get((source, target))
                edges[source, target] = Edge(
                    source, target, e.shape, e.differentiable or bool(known and known.differentiable)
                )
        return list(seen.values()), list(edges.values())


STRETCH = "operations"


def gathered(graph):
    """The graph with groups for neighbours wherever very many would stand side by side."""
    vertices, groups = list(graph.vertices), {g.id: g for g in graph.groups}
    homes = {v.id: v.group for v in vertices}
    parents = {g.id: g.parent for g in graph.groups}
    for home in ["", *list(groups)]:
        while True:
            inside = [v.id for v in vertices if homes[v.id] == home] + [g for g in parents if parents[g] == home]
            if len(inside) <= MOST_TOGETHER:
                break
            size = max(20, -(-len(inside) // MOST_TOGETHER))
            for start in range(0, len(inside), size):
                members = inside[start : start + size]
                made = Group(f"s{len(groups) + 1}", f"{start + 1} to {start + len(members)}", STRETCH, home)
                groups[made.id] = made
                parents[made.id] = home
                for member in members:
                    if member in homes:
                        homes[member] = made.id
                    else:
                        parents[member] = made.id
    if len(groups) == len(graph.groups):
        return graph
    for v in vertices:
        v.group = homes[v.id]
    for id, parent in parents.items():
        groups[id].parent = parent
    return Graph(vertices, graph.edges, list(groups.values()), graph.root, graph.places)
