"""Exercises of chapter 00, the whole journey."""

from minidl.course.exercise import Exercise, Experiment, Number, Word


def enough(share):
    """What is missing in a share of unseen digits that are right."""
    share = float(share)
    if share > 1:
        return "Answer with a share between 0 and 1: the number that are right, divided by 2,000."
    return "" if share >= 0.94 else f"{share:.1%} is not yet 94 %. Train longer, or give the first layer more sums."


EXERCISES = {
    "ex1": Exercise(
        "Count the weights of a smaller network", Number(), 784 * 4 + 4 + 4 * 10 + 10,
        wrong=[
            (784 * 4 + 4 * 10, "These are the factors. Every sum has one more number: its bias."),
            (784 * 4 + 4, "That is the first layer. The second has weights, too."),
            (50_890, "That is the large network with its 64 sums. Now there are only 4."),
        ],
        hint="The first layer has 784 · 4 factors and 4 biases; the second 4 · 10 and 10.",
        praise="You can check it with sum(p.numel() for p in model.parameters()).",
    ),
    "ex2": Exercise(
        "What knowing nothing costs", Number(0.01), 0.6931,
        wrong=[
            (2.3026, "That is the loss for ten digits, ln 10. Here there are only two answers."),
            (0.5, "The chance to be right is one half; the loss is the logarithm of 2."),
            (-0.6931, "The size is right. A loss is never below 0: it is -ln of the probability."),
        ],
        hint="With ten equally likely answers the loss is ln 10. How many answers are there now?",
    ),
    "ex3": Exercise(
        "Which way a weight must go", Word("up", "down", "stay"), "down",
        wrong=[
            ("up", "A positive slope means: a larger weight gives a larger loss. We want a smaller loss."),
            ("stay", "At a slope of 0 it may stay. Here a smaller weight gives a smaller loss."),
        ],
        hint="Downhill.",
        praise="Against the slope, that is all of gradient descent.",
    ),
    "ex4": Exercise(
        "At least 94 % of unseen digits", Experiment(enough), None,
        wrong=[
            (0.5, "50.0% is not yet 94 %"),
            (1900, "a share between 0 and 1"),
        ],
    ),
}  # fmt: skip
