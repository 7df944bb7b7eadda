# Solutions of chapter 03. Each block replaces the cell with the check of that name.

# %% ch03.ex1
check("ch03.ex1", 2 * 3 + (-1) * 5 + 2)

# %% ch03.ex2
check("ch03.ex2", (32, 5))


# %% ch03.ex3
def leaky_relu(x):
    return md.where(x > 0, x, 0.1 * x)


check("ch03.ex3", leaky_relu)


# %% ch03.ex4
def network(x, W1, b1, W2, b2):
    hidden = (x @ W1.T + b1).relu()
    return hidden @ W2.T + b2


check("ch03.ex4", network)

# %% ch03.ex5
check("ch03.ex5", "one")

# %% ch03.ex6
md.manual_seed(5)
spirals = md.data.spirals(300, noise=0.03)
mine = md.nn.Sequential(md.nn.Linear(2, 64), md.nn.Tanh(), md.nn.Linear(64, 64), md.nn.Tanh(), md.nn.Linear(64, 2))
optimizer = md.optim.Adam(mine.parameters(), lr=0.01)
batches = md.data.DataLoader(spirals, batch_size=50, shuffle=True)
md.train.fit(mine, batches, optimizer=optimizer, epochs=100, verbose=False)
check("ch03.ex6", mine)
