"""Exercises of chapter 00, the whole journey."""

from functools import partial

from minidl.course.exercise import Exercise, Experiment, Number, Word
from minidl.course.judging import reading_problem
from minidl.course.predicting import Prediction
from minidl.nn import Flatten, Linear, Sequential

PREDICTIONS = {
    "p1": Prediction(
        "How many of the 2,000 digits in the validation set will the untrained network get right?",
        unit="of 2,000",
        close=0.25,
    ),
    "p2": Prediction(
        "Which two digits will it confuse most often?", choices=("1 and 7", "2 and 7", "3 and 5", "4 and 9", "7 and 9")
    ),
    "p3": Prediction(
        "Steps 250 times longer: what will the loss do?",
        choices=(
            "it falls faster",
            "it falls, and trembles more",
            "it shoots up, comes back and goes on falling",
            "it shoots up, and stays near guessing",
        ),
    ),
}


EXERCISES = {
    "ex1": Exercise(
        "Count the weights of a smaller network",
        Number(),
        784 * 4 + 4 + 4 * 10 + 10,
        wrong=[
            (784 * 4 + 4 * 10, "These are the factors. Every sum has one more number: its bias."),
            (784 * 4 + 4, "That is the first layer. The second has weights, too."),
            (784 * 4 + 4 + 4 * 10, "The ten sums of the second layer have a bias each, too."),
            (50_890, "That is the large network with its 64 sums. Now there are only 4."),
        ],
        hint="The first layer has 784 · 4 factors and 4 biases; the second 4 · 10 and 10.",
        praise="You can check it with sum(p.numel() for p in model.parameters()).",
    ),
    "ex2": Exercise(
        "What knowing nothing costs",
        Number(0.01),
        0.6931,
        wrong=[
            (2.3026, "That is the loss for ten digits, ln 10. Here there are only two answers."),
            (0.5, "The chance to be right is one half; the loss is the logarithm of 2."),
            (1.0, "That is in bits, with the logarithm of base 2. Here it is the natural one, math.log."),
            (0.30103, "That is the logarithm of base 10. Here it is the natural one, math.log."),
            (-0.6931, "The size is right. A loss is never below 0: it is -ln of the probability."),
        ],
        hint="With ten equally likely answers the loss is ln 10. How many answers are there now?",
    ),
    "ex3": Exercise(
        "Which way a weight must go",
        Word("up", "down", "stay"),
        "down",
        wrong=[
            ("up", "A positive slope means: a larger weight gives a larger loss. We want a smaller loss."),
            ("stay", "At a slope of 0 it may stay. Here a smaller weight gives a smaller loss."),
        ],
        hint="Downhill.",
        praise="Against the slope, that is all of gradient descent.",
    ),
    "ex4": Exercise(
        "At least 92.5 % of unseen digits",
        Experiment(partial(reading_problem, least=0.925)),
        None,
        wrong=[
            (Sequential(Flatten(), Linear(784, 10)), "is it trained?"),
            (0.95, "Hand over the trained network itself"),
            (Linear(784, 10), "That cannot be judged"),
        ],
        praise="A score of this kind is called a validation accuracy.",
    ),
}
