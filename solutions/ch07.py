# Solutions of chapter 07. Each block replaces the cell with the check of that name.

# %% ch07.ex1
check("ch07.ex1", 2 - 0.1 * 4)

# %% ch07.ex2
check("ch07.ex2", 2 / 10)


# %% ch07.ex3
def momentum_step(w, velocity, slope, lr, mu):
    velocity = mu * velocity + slope
    return w - lr * velocity, velocity


check("ch07.ex3", momentum_step)


# %% ch07.ex4
def adam_step(w, m, s, slope, t, lr):
    m = 0.9 * m + 0.1 * slope
    s = 0.999 * s + 0.001 * slope**2
    m_hat = m / (1 - 0.9**t)
    s_hat = s / (1 - 0.999**t)
    return w - lr * m_hat / (s_hat**0.5 + 1e-8), m, s


check("ch07.ex4", adam_step)

# %% ch07.ex5
check("ch07.ex5", 1 / 16**0.5)

# %% ch07.ex6
check("ch07.ex6", lambda parameters: md.optim.SGD(parameters, lr=0.003, momentum=0.9))
