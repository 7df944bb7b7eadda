"""Train the translators of chapter 19, and keep three of them, and the scores of all, beside this script.

    python assets/models/menus_zh/train.py     (or `make models`)

About five minutes on one core. The chapter defines the same networks, and trains one of them for a few seconds.
"""

import json
import sys
from pathlib import Path

import numpy as np

import minidl as md
from minidl import nn
from minidl.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from minidl.text import Words, metrics, pad, similarity

SEEDS = (0, 1, 2)
PAD, UNKNOWN, START, END = range(4)
SPECIALS = ["<pad>", "<unk>", "<s>", "</s>"]
EPOCHS, BATCH, LEAST_ALIKE = 24, 64, 0.7
FOLDER = Path(__file__).parent


def usable(language):
    """Short pairs without placeholders."""
    pairs = dict(md.data.menus(language)).items()
    short = lambda text, most: len(Words.split(text)) <= most and not set(text) & set("%{<")
    return [(english, other) for english, other in pairs if short(english, 8) and short(other, 16)]


def split(pairs):
    """300 pairs to test, 300 to choose on, the rest without near-duplicates of these; and as many with them."""
    order = np.random.RandomState(0).permutation(len(pairs))
    test, choose, rest = ([pairs[k] for k in part] for part in np.split(order, [300, 600]))
    unseen = [english for english, _ in test + choose]
    alike = similarity([english for english, _ in rest], unseen).max(dim=1).values
    clean = [pair for pair, value in zip(rest, alike.tolist(), strict=True) if value < LEAST_ALIKE]
    leaky = [rest[k] for k in np.random.RandomState(1).permutation(len(rest))[: len(clean)]]
    return test, choose, clean, leaky


class Translator(nn.Module):
    """A GRU reads, another writes, and attention looks back."""

    def __init__(self, sources, targets, size=64, width=128, dropout=0.3):
        super().__init__()
        self.source = nn.Embedding(sources, size, padding_idx=PAD)
        self.target = nn.Embedding(targets, size, padding_idx=PAD)
        self.encoder = nn.GRU(size, width // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(size, width, batch_first=True)
        self.query = nn.Linear(width, width, bias=False)
        self.mix = nn.Linear(2 * width, width)
        self.output = nn.Linear(width, targets)
        self.dropout = nn.Dropout(dropout)

    def encode(self, x):
        """What was read, the state to begin with, and where padding stands."""
        lengths = (x != PAD).sum(dim=1)
        packed = pack_padded_sequence(self.dropout(self.source(x)), lengths, batch_first=True, enforce_sorted=False)
        memory, last = self.encoder(packed)
        return pad_packed_sequence(memory, batch_first=True)[0], md.cat([last[0], last[1]], dim=-1)[None], x == PAD

    def decode(self, y, memory, state, padding):
        """The logits of what comes after each token of y, the state after them, and where they looked."""
        hidden, state = self.decoder(self.dropout(self.target(y)), state)
        scores = self.query(hidden) @ memory.transpose(1, 2) / memory.shape[-1] ** 0.5
        weights = scores.masked_fill(padding[:, None], -md.inf).softmax(dim=-1)
        mixed = self.mix(md.cat([weights @ memory, hidden], dim=-1)).tanh()
        return self.output(self.dropout(mixed)), state, weights

    def forward(self, x, y):
        """The logits under teacher forcing: y is the right answer so far."""
        return self.decode(y, *self.encode(x))[0]


class TransformerTranslator(nn.Module):
    """nn.Transformer, with embeddings before and a linear layer behind."""

    def __init__(self, sources, targets, width=96, dropout=0.2):
        super().__init__()
        self.source = nn.Embedding(sources, width, padding_idx=PAD)
        self.target = nn.Embedding(targets, width, padding_idx=PAD)
        self.position = nn.Embedding(32, width)
        self.transformer = nn.Transformer(width, 4, 1, 1, 2 * width, dropout, batch_first=True, norm_first=True)
        self.output = nn.Linear(width, targets)

    def encode(self, x):
        """What was read, nothing said so far, and where padding stands."""
        places = self.position(md.arange(x.shape[1]))
        memory = self.transformer.encoder(self.source(x) + places, src_key_padding_mask=x == PAD)
        return memory, None, x == PAD

    def decode(self, y, memory, said, padding):
        """The logits after each token, all that is said, and no weights."""
        said = y if said is None else md.cat([said, y], dim=1)
        causal = nn.Transformer.generate_square_subsequent_mask(said.shape[1])
        places = self.position(md.arange(said.shape[1]))
        out = self.transformer.decoder(self.target(said) + places, memory, tgt_mask=causal, memory_key_padding_mask=padding)
        return self.output(out), said, None

    def forward(self, x, y):
        """The logits under teacher forcing."""
        return self.decode(y, *self.encode(x))[0]


def tokenizers(pairs):
    """English and Chinese, as the pairs to learn from write them."""
    english, chinese = zip(*pairs, strict=True)
    return Words.fit(english, specials=SPECIALS), Words.fit(chinese, specials=SPECIALS)


def train(make, pairs, words, characters, seed, lr, epochs=EPOCHS):
    """A network that has learned by teacher forcing; one word in twenty is hidden, so that it knows unknown ones."""
    md.manual_seed(seed)
    random = np.random.RandomState(seed)
    model = make(len(words.vocabulary), len(characters.vocabulary))
    optimizer = md.optim.AdamW(model.parameters(), lr=lr)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * -(-len(pairs) // BATCH))
    coded = [(words.encode(a), [START, *characters.encode(b), END]) for a, b in pairs]
    for _ in range(epochs):
        order = random.permutation(len(coded))
        for begin in range(0, len(order), BATCH):
            batch = [coded[k] for k in order[begin : begin + BATCH]]
            x = pad([[UNKNOWN if random.rand() < 0.05 else token for token in source] for source, _ in batch])
            y = pad([target for _, target in batch])
            logits = model(x, y[:, :-1])
            loss = nn.functional.cross_entropy(
                logits.flatten(0, 1), y[:, 1:].flatten(), ignore_index=PAD, label_smoothing=0.1
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


def translate(model, texts, words, characters, most=18):
    """The likeliest token, one after the other."""
    with md.no_grad():
        memory, state, padding = model.encode(pad([words.encode(text) for text in texts]))
        token, said = md.full((len(texts), 1), START), []
        for _ in range(most):
            logits, state, _ = model.decode(token, memory, state, padding)
            token = logits[:, -1].argmax(dim=-1, keepdim=True)
            said.append(token)
    rows = md.cat(said, dim=1).tolist()
    return ["".join(characters.vocabulary.tokens_of(row[: row.index(END)] if END in row else row)) for row in rows]


def plain(text):
    """A translation as it is compared: small letters, no spaces."""
    return "".join(Words.split(text))


def score(said, pairs):
    """Share of exact translations, and chrF."""
    truth = [plain(chinese) for _, chinese in pairs]
    exact = sum(a == b for a, b in zip(said, truth, strict=True)) / len(truth)
    return {"exact": exact, "chrf": metrics.chrf(said, truth)}


def nearest(texts, pairs):
    """The translation of the most similar text that was learned: the baseline."""
    where = similarity(texts, [english for english, _ in pairs]).argmax(dim=1).tolist()
    return [plain(pairs[k][1]) for k in where]


def main():
    """Train all, keep the weights of the first seed, and the scores on the pairs to choose on; the test stays closed."""
    rows = []
    _, choose, clean, leaky = split(usable("zh"))
    for name, make, leak, lr in JOBS:
        pairs = leaky if leak else clean
        words, characters = tokenizers(pairs)
        for seed in SEEDS:
            model = train(make, pairs, words, characters, seed, lr)
            english = [a for a, _ in choose]
            found = {
                "nearest": score(nearest(english, pairs), choose),
                "choose": score(translate(model, english, words, characters), choose),
            }
            rows.append({"model": name, "seed": seed, **found})
            print(rows[-1], flush=True)
            if seed == 0:
                state = {key: value.half() for key, value in model.state_dict().items()}
                md.save(state, FOLDER / f"{name.replace(', ', '_')}.safetensors")
    (FOLDER / "scores.json").write_text(json.dumps(rows, indent=1) + "\n")


JOBS = (  # name, network, whether near-duplicates stay, learning rate
    ("gru", Translator, False, 6e-3),
    ("gru, leaky", Translator, True, 6e-3),
    ("transformer", TransformerTranslator, False, 4e-3),
)

if __name__ == "__main__":
    sys.exit(main())
