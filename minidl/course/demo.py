"""The demonstration: a network learns handwritten digits in the terminal, and one page shows how."""

from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from minidl import manual_seed, nn, no_grad, optim
from minidl.data import DataLoader, digits
from minidl.data.bundled import Digits
from minidl.errors import MinidlError
from minidl.system.files import NotAFileError, check_writable, write_atomically
from minidl.viz.graphs.graph_picture import graph
from minidl.viz.page import page
from minidl.viz.runs.curves_picture import loss_curve
from minidl.viz.runs.flow_picture import gradient_flow

VALIDATION = 1000  # of the 8,000 digits to learn from: what is watched while it learns


def demo(epochs, output, console=None):
    """Train a small network on the digits and write a page with its graph, loss curve and gradient flow.

    Parameters
    ----------
    epochs : int
    output : Path
        The page; it is written in one step at the end.

    Raises
    ------
    MinidlError
        When the page could not be written; it is tried before training starts.
    """
    console = console or Console()
    with saying_why(output):
        check_writable(output)
    digits_to_learn, test = digits()
    train = Digits(*digits_to_learn[:-VALIDATION])
    validation = Digits(*digits_to_learn[-VALIDATION:])
    manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    weights = sum(p.numel() for p in model.parameters())
    console.print(f"A network with {weights:,} weights learns {len(train):,} handwritten digits.")
    history = learn(model, optimizer, train, validation, epochs, console)
    _, accuracy = evaluate(model, test)  # the only look at them
    console.print(f"Right on {len(test):,} digits that were put aside: {accuracy:.1%}")

    images, labels = train[:64]
    loss = nn.functional.cross_entropy(model(images), labels)
    drawn = graph(loss, names={"loss": loss, "images": images, "labels": labels})
    optimizer.zero_grad()
    loss.backward()
    sections = [
        ("What is computed for one batch. Rest the mouse on a box to ask it.", drawn),
        ("How the loss fell while the network learned.", loss_curve(history)),
        ("How large the gradients are at the end, layer by layer, beside the weights they change.", gradient_flow(model)),
    ]
    title = f"A network learned digits: {accuracy:.1%} of {len(test):,} unseen ones are right"
    with saying_why(output):
        write_atomically(output, page(title, sections).encode())
    console.print(f"The pictures are in {output}", markup=False)


def learn(model, optimizer, train, validation, epochs, console):
    """Train with a progress bar, and say after each epoch how it goes.

    Returns
    -------
    dict of str -> list of float
        The losses of the epochs, "train" and "validation".
    """
    loader = DataLoader(train, batch_size=64, shuffle=True)
    history = {"train": [], "validation": []}
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Learning", total=epochs * len(loader))
        for epoch in range(1, epochs + 1):
            total = 0.0
            for images, labels in loader:
                loss = nn.functional.cross_entropy(model(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(labels)
                progress.advance(task)
            validation_loss, accuracy = evaluate(model, validation)
            history["train"].append(total / len(train))
            history["validation"].append(validation_loss)
            progress.console.print(f"epoch {epoch}: loss {history['train'][-1]:.3f}, right on unseen digits {accuracy:.1%}")
    return history


def evaluate(model, dataset):
    """Loss and accuracy on a dataset of images and labels."""
    with no_grad():
        logits = model(dataset.images)
        loss = nn.functional.cross_entropy(logits, dataset.labels).item()
    return loss, (logits.argmax(dim=1) == dataset.labels).float().mean().item()


@contextmanager
def saying_why(output):
    """Turn what the system says about a page that cannot be written into a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise MinidlError(f"the page cannot be written: there is no folder {output.parent}") from error
    except NotAFileError as error:
        raise MinidlError(f"the page cannot be written: {error}") from error
    except OSError as error:
        raise MinidlError(f"the page cannot be written to {output}: {error.strerror}") from error
