# Solutions of chapter 20. Each block replaces the cell with the check of that name.

# %% ch20.ex1
check("ch20.ex1", len("你好!".encode()))

# %% ch20.ex2
check("ch20.ex2", 2**5)


# %% ch20.ex3
def in_bits(losses, size):
    return losses.sum() / math.log(2) / size


check("ch20.ex3", in_bits)


# %% ch20.ex4
def min_p(logits, share):
    p = logits.softmax(dim=0)
    p = p.masked_fill(p < share * p.max(), 0.0)
    return p / p.sum()


check("ch20.ex4", min_p)

# %% ch20.ex5
check("ch20.ex5", count(50257, 768, 12, 1024))

# %% ch20.ex6
check("ch20.ex6", BytePairs.learn("\n".join(poems[:500]), 800))
