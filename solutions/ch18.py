# Solutions of chapter 18. Each block replaces the cell with the check of that name.

# %% ch18.ex1
check("ch18.ex1", math.exp(2) / (math.exp(2) + math.exp(0)))

# %% ch18.ex2
check("ch18.ex2", 10 * 11 // 2)


# %% ch18.ex3
def windowed(q, k, v, size):
    i = md.arange(len(q))
    distance = i[:, None] - i
    scores = q @ k.T / math.sqrt(q.shape[1])
    hidden = (distance < 0) | (distance >= size)
    return scores.masked_fill(hidden, -math.inf).softmax(dim=1) @ v


check("ch18.ex3", windowed)


# %% ch18.ex4
def alibi(scores, slope):
    i = md.arange(len(scores)).float()
    distance = i[:, None] - i
    return (scores - slope * distance).masked_fill(distance < 0, -math.inf).softmax(dim=1)


check("ch18.ex4", alibi)

# %% ch18.ex5
check("ch18.ex5", sum(p.numel() for p in Block(48, 4).parameters()))

# %% ch18.ex6
swapped = md.cat([letters, bar, letters.roll(3, 1)], dim=1)
md.manual_seed(0)
swapper = Transformer(27, 13, "learned")
batch_of = lambda: swapped[md.randint(0, len(swapped) - 300, (48,))]
descend(swapper, batch_of, 100, lr=0.03, first=6)
check("ch18.ex6", swapper)
