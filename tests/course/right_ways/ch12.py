"""Two ways, or more, to be right in chapter 12."""

import minidl as md
from minidl import nn


def strided_by_unfolding(image, kernel, stride):
    """A convolution as a product of the kernel with all windows as columns."""
    columns = nn.functional.unfold(image[None, None], kernel.shape, stride=stride)[0]
    side = round(columns.shape[1] ** 0.5)
    return (kernel.flatten() @ columns).reshape(side, side)


def small_lenet():
    """LeNet with few filters."""
    first, second = nn.Conv2d(1, 8, 5), nn.Conv2d(8, 16, 5)
    parts = [first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10)]
    return nn.Sequential(*parts)


def without_places():
    """A network that keeps the largest value of each map, wherever it is."""
    sizes = ((1, 8, 5), (8, 16, 5), (16, 40, 3))
    parts = [nn.Sequential(nn.Conv2d(a, b, k, padding=k // 2), nn.MaxPool2d(2), nn.ReLU()) for a, b, k in sizes]
    return nn.Sequential(*parts, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(40, 10))


def shown_moved_digits(model, epochs):
    """A network that has learned digits moved by up to four pixels."""
    md.manual_seed(0)
    digits, _ = md.data.digits()
    optimizer = md.optim.AdamW(model.parameters(), lr=0.005)
    loader = md.data.DataLoader(md.data.Subset(digits, range(6000)), batch_size=64, shuffle=True)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(loader))
    move = md.vision.transforms.RandomCrop(28, padding=4)
    for _ in range(epochs):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(move(images)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


RIGHT_WAYS = {
    "ch12.ex1": lambda: [(8, 16, 16, 16), nn.Conv2d(3, 16, 3, stride=2, padding=1)(md.zeros(8, 3, 32, 32)).shape],
    "ch12.ex2": lambda: [4640, sum(p.numel() for p in nn.Conv2d(16, 32, 3).parameters())],
    "ch12.ex3": lambda: [
        lambda x, k, s: nn.functional.conv2d(x[None, None], k[None, None], stride=s)[0, 0],
        strided_by_unfolding,
    ],
    "ch12.ex4": lambda: [18, 1 + 2 + 1 + 4 + 2 + 8],
    "ch12.ex5": lambda: [
        lambda x: nn.functional.max_pool2d(x[None, None], 2)[0, 0],
        lambda x: md.maximum(md.maximum(x[::2, ::2], x[1::2, ::2]), md.maximum(x[::2, 1::2], x[1::2, 1::2])),
    ],
    "ch12.ex6": lambda: [shown_moved_digits(small_lenet(), epochs=4), shown_moved_digits(without_places(), epochs=2)],
}
