"""Train the encoders of chapter 15, which has too little time for it, and keep the weights beside this file.

    python assets/models/digit_features/train.py     (or `make models`)

About three minutes on one core. Each task is learned from three seeds, none sees the label of a digit:

    letters      52 letters in the fonts that matplotlib brings along
    emoji        the nine categories of the bundled emoji, in grey
    rotation     how far an unlabelled digit was turned: 0, 90, 180 or 270 degrees
    contrastive  which two of many images are views of the same unlabelled digit (SimCLR)

So that they can be compared, all take as many steps, see as many images in each, and change them in the same way.
"""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import minidl as md
from minidl import nn
from minidl.vision import transforms

F = nn.functional
UNLABELLED = 6000  # digits 0 to 5,999, without their labels; the others judge
FEATURES = 1024
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "cmr10",
    "cmss10",
    "cmtt10",
    "cmb10",
)
SEEDS = (0, 1, 2)
STEPS, VIEWS = 300, 256  # of every task alike: so many steps, so many changed images in each, changed in the same way
strong = transforms.RandomAffine(20, translate=(0.15, 0.15), scale=(0.7, 1.2), shear=20, interpolation="bilinear")


def block(inputs, outputs, kernel):
    """A convolution that halves the image, normalised, without what is below 0."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def encoder():
    """The network of chapter 15: from an image of 28 x 28 to 1,024 features."""
    return nn.Sequential(block(1, 16, 5), block(16, 32, 3), block(32, 64, 3), nn.Flatten())


def letter(character, font):
    """A letter of a font as large as a digit: 20 pixels at most, in the middle of 28."""
    page = Image.new("L", (120, 120))
    ImageDraw.Draw(page).text((60, 60), character, font=font, fill=255, anchor="mm")
    page = page.crop(page.getbbox())
    size = [max(1, round(20 * side / max(page.size))) for side in page.size]
    image = Image.new("L", (28, 28))
    image.paste(page.resize(size, Image.Resampling.LANCZOS), tuple((28 - side) // 2 for side in size))
    return np.asarray(image, np.float32) / 255


def letters():
    """Images (728, 1, 28, 28) of all letters in all fonts, and which letter each is."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = [ImageFont.truetype(str(folder / f"{name}.ttf"), 60) for name in FONTS]
    pixels = np.stack([letter(character, font) for font in fonts for character in LETTERS])
    return md.tensor(pixels)[:, None], md.arange(len(LETTERS)).repeat(len(FONTS))


def grey_emoji():
    """Images (1525, 1, 28, 28), light on dark as the digits are, and their categories."""
    emoji, _ = md.data.emoji()
    return F.pad(1 - emoji.images.mean(dim=1, keepdim=True), (2, 2, 2, 2)), emoji.labels


def descend(parts, loss_of, steps=STEPS, lr=0.005):
    """Follow the slope of a loss."""
    optimizer = md.optim.AdamW([p for part in parts for p in part.parameters()], lr=lr)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def classified(images, labels, classes):
    """An encoder that has learned to classify."""
    model, last = encoder(), nn.Linear(FEATURES, classes)

    def loss_of():
        some = md.randint(0, len(images), (VIEWS,))
        return F.cross_entropy(last(model(strong(images[some]))), labels[some])

    descend([model, last], loss_of)
    return model


def turned(images):
    """Each image in four directions, and which: (4N, 1, H, W) and (4N,)."""
    directions = [md.rot90(images, quarter, [2, 3]) for quarter in range(4)]
    return md.cat(directions), md.arange(4).repeat_interleave(len(images))


def rotated(images):
    """An encoder that has learned how far a digit was turned."""
    model, last = encoder(), nn.Linear(FEATURES, 4)

    def loss_of():
        views, quarter = turned(strong(images[md.randint(0, len(images), (VIEWS // 4,))]))
        return F.cross_entropy(last(model(views)), quarter)

    descend([model, last], loss_of)
    return model


def nt_xent(a, b, temperature):
    """The contrastive loss of SimCLR: each view among all the others finds its partner."""
    z = F.normalize(md.cat([a, b]), dim=1)
    n = len(a)
    scores = (z @ z.T / temperature).masked_fill(md.eye(2 * n).bool(), -1e9)  # nobody is their own partner
    return F.cross_entropy(scores, md.cat([md.arange(n, 2 * n), md.arange(n)]))


def contrasted(images, temperature=0.2):
    """An encoder that has learned which views belong together."""
    model = encoder()
    projector = nn.Sequential(nn.Linear(FEATURES, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))

    def loss_of():
        some = images[md.randperm(len(images))[: VIEWS // 2]]
        return nt_xent(*projector(model(md.cat([strong(some), strong(some)]))).chunk(2), temperature)

    descend([model, projector], loss_of)
    return model


def trained(task, seed):
    """An encoder that has learned a task from a seed."""
    md.manual_seed(seed)
    digits, _ = md.data.digits()
    images = digits.images[:UNLABELLED]
    if task == "letters":
        model = classified(*letters(), len(LETTERS))
    elif task == "heaps":  # a control, not kept: letters, but with as many classes as the emoji
        images, which = letters()
        model = classified(images, which % 9, 9)
    elif task == "emoji":
        model = classified(*grey_emoji(), 9)
    else:
        model = {"rotation": rotated, "contrastive": contrasted}[task](images)
    return model.eval()


TASKS = ("letters", "emoji", "rotation", "contrastive")


def main():
    """Train every encoder from three seeds, and save the three of a task in one file, in half precision."""
    for task in TASKS:
        models = nn.ModuleList(trained(task, seed) for seed in SEEDS)
        md.save(models.half().state_dict(), Path(__file__).with_name(f"{task}.safetensors"))
        print(task, flush=True)


if __name__ == "__main__":
    main()
