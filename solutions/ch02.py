# Solutions of chapter 02. Each block replaces the cell with the check of that name.

# %% ch02.ex1
check("ch02.ex1", 2 * 3)


# %% ch02.ex2
def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


check("ch02.ex2", central)


# %% ch02.ex3
def product_slope(x):
    return 2 * x * math.sin(x) + x**2 * math.cos(x)


check("ch02.ex3", product_slope)


# %% ch02.ex4
def bell_slope(x):
    return -2 * x * math.exp(-(x**2))


check("ch02.ex4", bell_slope)


# %% ch02.ex5
def partials(x, y):
    return 2 * x * y, x**2 + 3


check("ch02.ex5", partials)
