"""Exercises of chapter 01, numbers in boxes."""

import minidl as md
from minidl.course.exercise import Exercise, Function, Number, Shape
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction(
        "`batch` holds 64 images and has the shape (64, 1, 28, 28). What shape does `batch[:, 0, 14]` have?",
        choices=("(64, 1, 28)", "(64, 28)", "(28, 28)", "(64, 14)"),
    ),
    "p2": Prediction(
        "`X` has the shape (178, 13), the means of its columns (13,). Can the means be subtracted from `X`?",
        choices=("no", "yes, and it gives (178, 13)", "yes, and it gives (13,)"),
    ),
    "p3": Prediction(
        "A square table minus the means of its rows, without `keepdim=True`: what do you get?",
        choices=("an error", "the right result", "a wrong result, silently"),
    ),
}


def tables():
    """Tables with rows and columns, the last one square."""
    generator = md.random.Generator()
    generator.manual_seed(1)
    return [(md.randn(5, 3, generator=generator) * 4 + 10,), (md.randn(4, 4, generator=generator) + 2,)]


def squares():
    """Square tables, in which a row passes for a column."""
    generator = md.random.Generator()
    generator.manual_seed(3)
    draw = lambda *shape: (md.randn(*shape, generator=generator),)
    return [draw(3, 3), draw(4, 4)]


def layers():
    """Inputs, weights and biases of layers; one has a square weight, so that no shape gives a mistake away."""
    generator = md.random.Generator()
    generator.manual_seed(2)
    draw = lambda *shape: md.randn(*shape, generator=generator)
    return [(draw(4, 3), draw(3, 3), draw(3)), (draw(1, 3), draw(3, 3), draw(3))]


def standardise(x):
    """Each column with mean 0 and standard deviation 1."""
    return (x - x.mean(dim=0)) / x.std(dim=0)


def by_population(x):
    """The same, with the squares divided by how many there are and not by one less."""
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0)


class EitherDeviation(Function):
    """A standardised table: right with `std()`, which divides by n - 1, and with `correction=0`, which divides by n."""

    def agree(self, answer, other):
        """Whether two functions are the same; what is right is right in both ways."""
        return super().agree(answer, other) or (other is standardise and super().agree(answer, by_population))


EXERCISES = {
    "ex1": Exercise(
        "How many numbers a batch holds",
        Number(),
        64 * 28 * 28,
        wrong=[
            (28 * 28, "That is one image. A batch holds 64 of them."),
            (64 + 1 + 28 + 28, "The sizes are multiplied, not added: every row has 28 numbers, every image 28 rows."),
            (64 * 28, "You left a dimension out: an image is 28 × 28."),
        ],
        hint="Multiply all sizes of the shape.",
    ),
    "ex2": Exercise(
        "The shape of a sum",
        Shape(),
        (8, 3, 5),
        wrong=[
            ((8, 1, 5), "The 1 in the middle is stretched to fit the 3 of the other shape."),
            ((3, 5), "The 8 does not vanish: a missing dimension is added in front of the shorter shape."),
            ((8, 3, 1), "The 1 at the end is stretched to 5."),
        ],
        hint="Write the two shapes below one another, flush right, and go column by column.",
    ),
    "ex3": Exercise(
        "Standardise a table",
        EitherDeviation(tables),
        standardise,
        wrong=[
            (lambda x: (x - x.mean()) / x.std(), "You took one mean of the whole table. Each column has its own: dim=0."),
            (
                lambda x: (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True),
                "You went along the rows. The columns are the features: dim=0.",
            ),
            (
                lambda x: (x - x.amin(dim=0)) / (x.amax(dim=0) - x.amin(dim=0)),
                "That brings each column to between 0 and 1. Here the mean becomes 0 and the deviation 1.",
            ),
            (lambda x: x / x.std(dim=0) - x.mean(dim=0), "First subtract the mean, then divide: mind the brackets."),
            (lambda x: x - x.mean(dim=0), "The means are right. Now divide by the standard deviation of each column."),
            (
                lambda x: (x - x.mean(dim=0)) / x.std(dim=0) ** 2,
                "You divided by the variance, which is the standard deviation squared.",
            ),
        ],
        hint="Subtract x.mean(dim=0), divide by x.std(dim=0).",
        praise="(`std()` divides by n - 1, `std(correction=0)` by n: here both will do.)",
    ),
    "ex4": Exercise(
        "A layer as one product",
        Function(layers, gradient=True),
        lambda x, W, b: x @ W.T + b,
        wrong=[
            (lambda x, W, b: x @ W + b, "W has one row for each output, so it must be turned: W.T."),
            (lambda x, W, b: x @ W.T, "The product is right. The bias is missing."),
            (lambda x, W, b: x @ W.T - b, "The bias is added, not subtracted."),
        ],
        hint="One example is a row of x, one output is a row of W: x @ W.T + b.",
        praise="That line is all that md.nn.Linear does.",
    ),
    "ex5": Exercise(
        "Below the largest of its row",
        Function(squares),
        lambda x: x - x.amax(dim=1, keepdim=True),
        wrong=[
            (lambda x: x - x.amax(dim=1), "That is the bug: the maxima of the rows must become a column: keepdim=True."),
            (lambda x: x - x.amax(dim=0), "Those are the maxima of the columns: a row is dim=1."),
            (lambda x: x - x.amax(), "That is the largest of the whole table. Every row has its own."),
            (lambda x: x.amax(dim=1, keepdim=True) - x, "The sign: the largest of a row becomes 0, the others negative."),
        ],
        hint="x.amax(dim=1, keepdim=True) is a column, and a column fits any number of columns.",
    ),
}
