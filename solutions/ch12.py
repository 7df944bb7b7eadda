# Solutions of chapter 12. Each block replaces the cell with the check of that name.

# %% ch12.ex1
check("ch12.ex1", (8, 16, 16, 16))

# %% ch12.ex2
check("ch12.ex2", 32 * (16 * 3 * 3 + 1))


# %% ch12.ex3
def convolve_by(image, kernel, stride):
    n = kernel.shape[0]
    places = range(0, image.shape[0] - n + 1, stride)
    rows = [md.stack([(image[i : i + n, j : j + n] * kernel).sum() for j in places]) for i in places]
    return md.stack(rows)


check("ch12.ex3", convolve_by)

# %% ch12.ex4
check("ch12.ex4", 1 + 2 + 1 + 2 * 2 + 2 + 2 * 4)


# %% ch12.ex5
def pool(x):
    n = x.shape[0] // 2
    return x.reshape(n, 2, n, 2).amax(dim=(1, 3))


check("ch12.ex5", pool)

# %% ch12.ex6
md.manual_seed(0)
mine = lenet()
optimizer = md.optim.AdamW(mine.parameters(), lr=0.005)
loader = DataLoader(train, batch_size=64, shuffle=True)
schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, 4 * len(loader))
move = transforms.RandomCrop(28, padding=4)
for _ in range(4):
    for batch, answers in loader:
        loss = nn.functional.cross_entropy(mine(move(batch)), answers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
check("ch12.ex6", mine)
