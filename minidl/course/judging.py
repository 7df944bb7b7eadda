"""Judges that several exercises share: how well a learner's network reads the digits put aside for choosing."""

from functools import cache

from minidl.data import digits
from minidl.engine.grad_mode import no_grad
from minidl.nn.modes import evaluating

LEARN, CHOOSE = 6000, 8000  # digits 0 to 5,999 are learned from, the 2,000 after them judge; the test set stays closed
TOO_GOOD = 0.985  # the best networks of the course read 98 % of them


@cache
def validation():
    """Images and labels of the validation set."""
    train, _ = digits()
    return train.images[LEARN:CHOOSE], train.labels[LEARN:CHOOSE]


def reading_problem(model, least):
    """Why a network does not read well enough: a sentence, or "" if it does.

    It is judged in evaluation mode, and left in the mode in which it came.

    Parameters
    ----------
    model : Module or callable
    least : float
        The share of the validation set that it must read.
    """
    if not callable(model):
        return f"Hand over the trained network itself; this is a {type(model).__name__}."
    images, labels = validation()
    with evaluating(model), no_grad():
        scores = model(images)
    if tuple(scores.shape) != (len(labels), 10):
        return f"Ten scores are asked for each image, so (2000, 10) for 2,000 images; it gives {tuple(scores.shape)}."
    share = (scores.argmax(dim=1) == labels).float().mean().item()
    if share < 0.5:
        return f"It reads {share:.1%} of the validation set: is it trained?"
    if share < least:
        return f"It reads {share:.1%} of the validation set, and {least:.1%} are asked for."
    if share > TOO_GOOD:
        return f"It reads {share:.1%}, which is too good: did it learn from the validation set (digits 6,000 to 7,999)?"
    return ""
