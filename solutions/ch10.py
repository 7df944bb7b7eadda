# Solutions of chapter 10. Each block replaces the cell with the check of that name.

# %% ch10.ex1
check("ch10.ex1", "overfitting")

# %% ch10.ex2
check("ch10.ex2", 4 * (1 - 0.1 * 0.2) ** 2)


# %% ch10.ex3
def dropout(x, keep, p):
    return x * keep / (1 - p)


check("ch10.ex3", dropout)

# %% ch10.ex4
import math


def cosine(lr, t, T):
    return lr / 2 * (1 + math.cos(math.pi * t / T))


check("ch10.ex4", cosine)


# %% ch10.ex5
def epochs_until_stop(losses, patience):
    lowest, waited = losses[0], 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest:
            lowest, waited = loss, 0
        elif epoch > 1:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses)


check("ch10.ex5", epochs_until_stop)

# %% ch10.ex6
md.manual_seed(1)
mine = network(256, first=[Moved(1)])
optimizer = md.optim.AdamW(mine.parameters(), lr=0.004)
cosine = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, 15)
loader = DataLoader(train, batch_size=64, shuffle=True)
md.train.fit(mine, loader, optimizer=optimizer, epochs=15, schedule=cosine, verbose=False)
check("ch10.ex6", mine)
