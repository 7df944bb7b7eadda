"""Two ways, or more, to be right in chapter 5."""

import math
from typing import ClassVar


class Recorded:
    """An engine that keeps what it did on a tape, and reads it backwards."""

    tape: ClassVar[list] = []

    def __init__(self, data, ways=()):
        self.data, self.grad, self.ways = data, 0.0, ways
        self.tape.append(self)

    def __add__(self, other):
        return Recorded(self.data + other.data, ((self, 1), (other, 1)))

    def __sub__(self, other):
        return Recorded(self.data - other.data, ((self, 1), (other, -1)))

    def __mul__(self, other):
        return Recorded(self.data * other.data, ((self, other.data), (other, self.data)))

    def exp(self):
        return Recorded(math.exp(self.data), ((self, math.exp(self.data)),))

    def backward(self):
        self.grad = 1.0
        while self.tape:
            node = self.tape.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope


class Counted(Recorded):
    """An engine that counts users first, and passes on when the last of them has been heard."""

    def backward(self):
        users, found = {}, [self]
        for node in found:
            for parent, _ in node.ways:
                if parent not in users:
                    found.append(parent)
                users[parent] = users.get(parent, 0) + 1
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope
                users[parent] -= 1
                if not users[parent]:
                    ready.append(parent)


class Waiting(Recorded):
    """An engine whose gradients are None until something arrives, as in minidl and in PyTorch."""

    def __init__(self, data, ways=()):
        super().__init__(data, ways)
        self.grad = None

    def __add__(self, other):
        return Waiting(self.data + other.data, ((self, 1), (other, 1)))

    def __sub__(self, other):
        return Waiting(self.data - other.data, ((self, 1), (other, -1)))

    def __mul__(self, other):
        return Waiting(self.data * other.data, ((self, other.data), (other, self.data)))

    def exp(self):
        return Waiting(math.exp(self.data), ((self, math.exp(self.data)),))

    def backward(self):
        self.grad = 1.0
        while self.tape:
            node = self.tape.pop()
            for parent, slope in node.ways if node.grad is not None else ():
                parent.grad = (parent.grad or 0.0) + node.grad * slope


RIGHT_WAYS = {
    "ch05.ex1": lambda: [lambda a, b: (1 / b, -a / b**2), lambda a, b: [b**-1, -(a / b) / b]],
    "ch05.ex2": lambda: [lambda y: y * (1 - y), lambda y: y - y**2],
    "ch05.ex3": lambda: [
        ["z", "s", "p", "a", "b"],
        ("z", "s", "a", "p", "b"),
        "zsapb",
        "z, s, p, a, b",
        ["a", "z", "b", "s", "p"],
    ],
    "ch05.ex4": lambda: ["c", "C"],
    "ch05.ex5": lambda: [Recorded, Counted, Waiting],
}
