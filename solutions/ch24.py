# Solutions of chapter 24. Each block replaces the cell with the check of that name.

# %% ch24.ex1
check("ch24.ex1", 0.5 * (1**2 + 4 - math.log(4) - 1))

# %% ch24.ex2
check("ch24.ex2", math.cos(math.pi / 3) * 2 + math.sin(math.pi / 3) * -1)


# %% ch24.ex3
def divergence(mean, log_variance):
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(dim=1)


check("ch24.ex3", divergence)


# %% ch24.ex4
def data_of(seen, slope, t):
    a = (t * math.pi / 2)[:, None]
    return a.cos() * seen - a.sin() * slope


check("ch24.ex4", data_of)


# %% ch24.ex5
def frechet_of_numbers(a, b):
    return (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2


check("ch24.ex5", frechet_of_numbers)

# %% ch24.ex6
rings = md.data.circles(1000)[:][0] * 1.5
md.manual_seed(0)
ring_model = descend(Walker(), on_points(rings), steps=1500, lr=0.01)
check("ch24.ex6", ring_model)
