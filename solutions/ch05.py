# Solutions of chapter 05. Each block replaces the cell with the check of that name.


# %% ch05.ex1
def quotient_slopes(a, b):
    return 1 / b, -a / b**2


check("ch05.ex1", quotient_slopes)


# %% ch05.ex2
def sigmoid_slope(y):
    return y * (1 - y)


check("ch05.ex2", sigmoid_slope)

# %% ch05.ex3
check("ch05.ex3", ["z", "s", "p", "a", "b"])

# %% ch05.ex4
check("ch05.ex4", "c")


# %% ch05.ex5
class Mine:
    def __init__(self, data, came_from=()):
        self.data, self.grad, self.came_from = float(data), 0.0, came_from

    def __add__(self, other):
        return Mine(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __sub__(self, other):
        return Mine(self.data - other.data, [(self, 1.0), (other, -1.0)])

    def __mul__(self, other):
        return Mine(self.data * other.data, [(self, other.data), (other, self.data)])

    def exp(self):
        power = math.exp(self.data)
        return Mine(power, [(self, power)])

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.came_from:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.came_from:
                parent.grad += node.grad * slope


check("ch05.ex5", Mine)
