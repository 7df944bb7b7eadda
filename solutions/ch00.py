# Solutions of chapter 00. Each block replaces the cell with the check of that name.

# %% ch00.ex1
check("ch00.ex1", 784 * 4 + 4 + 4 * 10 + 10)

# %% ch00.ex2
check("ch00.ex2", md.tensor(2.0).log())

# %% ch00.ex3
check("ch00.ex3", "down")

# %% ch00.ex4
md.manual_seed(0)
mine = md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(784, 256), md.nn.ReLU(), md.nn.Linear(256, 10))
optimizer = md.optim.Adam(mine.parameters(), lr=0.002)
md.train.fit(mine, loader, optimizer=optimizer, epochs=12, verbose=False)
check("ch00.ex4", mine)
