# Solutions of chapter 11. Each block replaces the cell with the check of that name.

# %% ch11.ex1
check("ch11.ex1", 8 / (8 + 2))

# %% ch11.ex2
check("ch11.ex2", 8 / (8 + 4))


# %% ch11.ex3
def f1(answers, truth):
    hits = (answers * truth).sum().item()
    precision, recall = hits / answers.sum().item(), hits / truth.sum().item()
    return 2 * precision * recall / (precision + recall)


check("ch11.ex3", f1)


# %% ch11.ex4
def auc(scores, truth):
    ill, healthy = scores[truth == 1].unsqueeze(1), scores[truth == 0].unsqueeze(0)
    return ((ill > healthy).float() + 0.5 * (ill == healthy).float()).mean()


check("ch11.ex4", auc)

# %% ch11.ex5
check("ch11.ex5", (0.9 * 0.1 / 400) ** 0.5)


# %% ch11.ex6
def threshold_for(scores, truth, recall):
    enough = recall * truth.sum().item()
    return max(t for t in scores.tolist() if truth[scores >= t].sum().item() >= enough)


check("ch11.ex6", threshold_for)
