"""Train the word vectors of chapter 16, of a novel and of Tang poems, and keep them beside this file.

    python assets/models/word_vectors/train.py     (or `make models`)

Skip-gram with negative sampling; about two minutes on one core.
"""

from pathlib import Path

import minidl as md
from minidl import nn
from minidl.text import Vocabulary, normalise, words

WINDOW, NEGATIVES, RARE = 4, 5, 10  # words to each side; drawn words for each true one; a word must come so often
LEARNED = 0.9  # of the text; the rest judges
SIZE, EPOCHS, BATCH = 32, 6, 1024
F = nn.functional


def novel_tokens():
    """The words of the novel."""
    return [word for word in words(normalise(md.data.novel())) if word.isalpha()]


def poem_tokens():
    """The characters of the poems."""
    return [character for character in "".join(md.data.poems()["poems"]) if character not in "，。"]


def vocabulary_of(tokens):
    """Those that come often enough to be learned."""
    return Vocabulary.count([tokens], specials=[], unknown=None, min_count=RARE)


def pairs(numbers):
    """Every token with each of its neighbours: two tensors (P,)."""
    near = [(numbers[:-k], numbers[k:]) for k in range(1, WINDOW + 1)]
    centres = md.cat([a for a, _ in near] + [b for _, b in near])
    return centres, md.cat([b for _, b in near] + [a for a, _ in near])


def parted(tokens):
    """The vocabulary, and the numbers to learn from and to judge on."""
    vocabulary = vocabulary_of(tokens)
    numbers = md.tensor(vocabulary.numbers([token for token in tokens if token in vocabulary]))
    end = int(LEARNED * len(numbers))
    return vocabulary, numbers[:end], numbers[end:]


def thinned(numbers, share):
    """Frequent words are left out now and then: of one with the share s of the text, sqrt(0.001 / s) stays."""
    keep = (1e-3 / share.clamp(min=1e-9)).sqrt()
    return numbers[md.rand(len(numbers)) < keep[numbers]]


def trained(tokens, seed=0):
    """The vectors of the tokens as centres and as neighbours: a state dict."""
    vocabulary, numbers, _ = parted(tokens)
    md.manual_seed(seed)
    share = md.bincount(numbers, minlength=len(vocabulary)).float() / len(numbers)
    centre, context = (nn.Embedding(len(vocabulary), SIZE) for _ in range(2))
    nn.init.normal_(centre.weight, std=0.1)
    nn.init.zeros_(context.weight)
    optimizer = md.optim.Adam([centre.weight, context.weight], lr=0.01)
    drawn_by = share**0.75
    for epoch in range(EPOCHS):
        here, there = pairs(thinned(numbers, share))
        order = md.randperm(len(here))
        steps = len(order) // BATCH
        for step in range(steps):
            some = order[step * BATCH : (step + 1) * BATCH]
            optimizer.param_groups[0]["lr"] = 0.01 * (1 - (epoch + step / steps) / EPOCHS)
            drawn = md.multinomial(drawn_by, NEGATIVES * BATCH, replacement=True).reshape(BATCH, NEGATIVES)
            x = centre(here[some])
            true = (x * context(there[some])).sum(dim=1)
            false = (context(drawn) @ x[:, :, None])[:, :, 0]
            loss = -F.logsigmoid(true).mean() - F.logsigmoid(-false).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"centre": centre.weight.detach(), "context": context.weight.detach()}


def score(tokens, vectors):
    """How often, in the part put aside, a true neighbour gets more points than a word drawn from the text (chance: 0.5)."""
    _, _, numbers = parted(tokens)
    md.manual_seed(0)
    here, there = pairs(numbers)
    drawn = numbers[md.randint(0, len(numbers), (len(here),))]
    x = vectors["centre"][here]
    points = [(x * vectors["context"][other]).sum(dim=1) for other in (there, drawn)]
    return ((points[0] > points[1]).float() + 0.5 * (points[0] == points[1]).float()).mean().item()


def main():
    """Train both, save them, and say how good they are."""
    for name, tokens in (("novel", novel_tokens()), ("poems", poem_tokens())):
        vectors = trained(tokens)
        md.save(vectors, Path(__file__).with_name(f"{name}.safetensors"))
        print(f"{name}: a true neighbour gets more points than a drawn word in {score(tokens, vectors):.1%}", flush=True)


if __name__ == "__main__":
    main()
