# Solutions of chapter 27. Each block replaces the cell with the check of that name.

# %% ch27.ex1
check("ch27.ex1", 2 * 64 * 512 * 256 + 64 * 256)


# %% ch27.ex2
def sent(weights, k):
    return 2 * (k - 1) * 4 * weights / k


check("ch27.ex2", sent)


# %% ch27.ex3
def average(gradients, sizes):
    return sum(g * n for g, n in zip(gradients, sizes, strict=True)) / sum(sizes)


check("ch27.ex3", average)

# %% ch27.ex4
check("ch27.ex4", 28)


# %% ch27.ex5
def extrapolate(n1, l1, n2, l2, floor, n):
    alpha = np.log((l1 - floor) / (l2 - floor)) / np.log(n2 / n1)
    return floor + (l2 - floor) * (n2 / n) ** alpha


check("ch27.ex5", extrapolate)
