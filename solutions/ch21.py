# Solutions of chapter 21. Each block replaces the cell with the check of that name.

# %% ch21.ex1
check("ch21.ex1", 2 * 2 / (3 + 7))


# %% ch21.ex2
def mixture(chances, looks, copy, source, extra):
    written = md.cat([(1 - copy) * chances, md.zeros(extra)])
    return written.scatter_add(0, source, copy * looks)


check("ch21.ex2", mixture)

# %% ch21.ex3
check("ch21.ex3", 8 * 4096 + 4096 * 8)


# %% ch21.ex4
def preference_loss(better, worse):
    return -F.logsigmoid(better - worse).mean()


check("ch21.ex4", preference_loss)


# %% ch21.ex5
def policy_loss(log_p, gain):
    return -((gain - gain.mean()) * log_p).mean()


check("ch21.ex5", policy_loss)


# %% ch21.ex6
def find(question, texts):
    words = {word: k for k, word in enumerate(sorted(set(words_of(" ".join(texts)))))}
    closeness = tf_idf([question], words) @ tf_idf(texts, words).T
    return closeness.argmax()


check("ch21.ex6", find)
