# Solutions of chapter 23. Each block replaces the cell with the check of that name.

# %% ch23.ex1
check("ch23.ex1", len("bookkeeper") + 3)  # a blank inside oo, kk and ee


# %% ch23.ex2
def begins(path):
    return [(k, t) for t, k in enumerate(path) if k and (t == 0 or path[t - 1] != k)]


check("ch23.ex2", begins)

# %% ch23.ex3
check("ch23.ex3", 0.5 * 0.4 + 0.5 * 0.5 + 0.3 * 0.4)  # aa, a-, -a


# %% ch23.ex4
def align(log_probs, labels):
    states = [0]
    for k in labels:
        states += [k, 0]
    scores = log_probs.numpy()[:, states]
    best, came = np.full(len(states), -np.inf), []
    best[:2] = scores[0, :2]
    for row in scores[1:]:
        sources = []
        for s, k in enumerate(states):
            leap = s > 1 and k and k != states[s - 2]
            sources.append(max(range(max(0, s - 1 - bool(leap)), s + 1), key=best.__getitem__))
        came.append(sources)
        best = best[sources] + row
    way = [len(states) - 1 - int(best[-2] > best[-1])]
    for sources in reversed(came):
        way.append(sources[way[-1]])
    return [states[s] for s in reversed(way)]


check("ch23.ex4", align)


# %% ch23.ex5
def rate(said, truth):
    edits = sum(metrics.edit_distance(a, b) for a, b in zip(said, truth, strict=True))
    return edits / sum(len(text) for text in truth)


check("ch23.ex5", rate)

# %% ch23.ex6
md.manual_seed(0)
small = speller(width=24)
optimizer = md.optim.AdamW(small.parameters(), lr=0.01)
mixed = np.random.RandomState(0)
for _ in range(14):
    for batch in mixed.permutation(learn).reshape(-1, 30):
        learn_from(batch, small, optimizer, alphabet)
check("ch23.ex6", small)
