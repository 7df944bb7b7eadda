# Solutions of chapter 25. Each block replaces the cell with the check of that name.

# %% ch25.ex1
check("ch25.ex1", sum(n * epochs for n, epochs in zip((81, 27, 9, 3, 1), (1, 3, 9, 27, 81), strict=True)))

# %% ch25.ex2
check("ch25.ex2", next(n for n in range(1, 100) if 1 - 0.9**n >= 0.95))


# %% ch25.ex3
def log_uniform(u, low, high):
    return low * (high / low) ** u


check("ch25.ex3", log_uniform)


# %% ch25.ex4
def curse(validation, again):
    winner = validation.argmin(dim=1, keepdim=True)
    return (again.gather(1, winner) - validation.gather(1, winner)).mean()


check("ch25.ex4", curse)


# %% ch25.ex5
def child(parent, space, rng):
    born = dict(parent)
    name = rng.choice(list(space))
    born[name] = rng.choice([value for value in space[name] if value != parent[name]])
    return born


check("ch25.ex5", child)


# %% ch25.ex6
def narrow(config):  # learns from the rows of `learn`, and is chosen by 500 others
    how = {"lr": config["rate"], "decay": 0.0, "batch": 25}
    shape = {"depth": 1, "width": config["hidden"], "act": config["act"]}
    return error(trained(network(shape), how, epochs=config["epochs"]), slice(1000, 1500))


small = {"rate": Float(0.003, 0.1, log=True), "hidden": [12], "epochs": [8], "act": ["tanh", "gelu"]}
check("ch25.ex6", search(small, narrow, trials=20).best.config)
