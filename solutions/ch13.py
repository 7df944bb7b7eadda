# Solutions of chapter 13. Each block replaces the cell with the check of that name.

# %% ch13.ex1
check("ch13.ex1", ((100 - 25) // 4 + 1) ** 2)

# %% ch13.ex2
check("ch13.ex2", 2 / (2 + 0.005 * 7998))


# %% ch13.ex3
def box_of(row, column, scale):
    left, top = 4 * column, 4 * row
    return left / scale, top / scale, (left + 25) / scale, (top + 25) / scale


check("ch13.ex3", box_of)


# %% ch13.ex4
def hardest(scores, is_face, count):
    order = scores.argsort(descending=True)
    return order[is_face[order] == 0][:count]


check("ch13.ex4", hardest)


# %% ch13.ex5
def triplet_loss(anchor, positive, negative, margin):
    near, far = anchor - positive, anchor - negative
    gap = (near * near).sum().sqrt() - (far * far).sum().sqrt()
    return (gap + margin).clamp(min=0)


check("ch13.ex5", triplet_loss)


# %% ch13.ex6
def both_errors(distances, same, threshold):
    accepted = (distances < threshold).float()
    return accepted[same == 0].mean(), 1 - accepted[same == 1].mean()


check("ch13.ex6", both_errors)
