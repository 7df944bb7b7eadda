"""The demonstration: a network learns handwritten digits in the terminal, and one page shows how."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from minidl import manual_seed, nn, no_grad, optim
from minidl.data import DataLoader, digits
from minidl.errors import MinidlError
from minidl.system.files import write_atomically
from minidl.viz.graphs.picture import graph
from minidl.viz.page import page
from minidl.viz.runs.curves import loss_curve
from minidl.viz.runs.flow import gradient_flow


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
    if not output.parent.is_dir():
        raise MinidlError(f"the page cannot be written: there is no folder {output.parent}")
    if output.is_dir():
        raise MinidlError(f"the page cannot be written: {output} is a folder")
    train, test = digits()
    manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(train, batch_size=64, shuffle=True)
    console.print(
        f"A network with {sum(p.numel() for p in model.parameters()):,} weights learns {len(train):,} handwritten digits."
    )

    history = {"train": [], "test": []}
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
            test_loss, accuracy = evaluate(model, test)
            history["train"].append(total / len(train))
            history["test"].append(test_loss)
            progress.console.print(f"epoch {epoch}: loss {history['train'][-1]:.3f}, right on unseen digits {accuracy:.1%}")

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
    write_atomically(output, page(title, sections).encode())
    console.print(f"The pictures are in {output}")


def evaluate(model, dataset):
    """Loss and accuracy on a dataset of images and labels."""
    with no_grad():
        logits = model(dataset.images)
        loss = nn.functional.cross_entropy(logits, dataset.labels).item()
    return loss, (logits.argmax(dim=1) == dataset.labels).float().mean().item()
