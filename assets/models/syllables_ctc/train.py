"""Train the readers of chapter 23, which write down Mandarin syllables, and keep three of them, and the scores of all, here.

    python assets/models/syllables_ctc/train.py     (or `make models`)

About two minutes on two cores: two readers are trained at a time.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import minidl as md
from minidl import nn
from minidl.text.metrics import error_rate

EPOCHS, BATCH, LR = 56, 32, 4e-3
MARGIN = 2  # frames of silence before and after each sound
FOLDER = Path(__file__).parent


def spoken():
    """The syllables with a tone of their own; the 24 of the neutral tone are too few to learn."""
    syllables = md.data.syllables()
    return syllables[syllables.labels > 0]


def split(syllables):
    """Places to learn from, to choose on and to test: of 400 syllables 60 are held out for each, in all tones and voices."""
    symbols = np.array(syllables.symbols)
    kinds = np.array(sorted(set(symbols)))
    held_out = np.split(kinds[np.random.RandomState(5).permutation(len(kinds))], [60, 120])
    test, choose, learn = (np.flatnonzero(np.isin(symbols, some)) for some in held_out)
    return learn, choose, test


def alphabet(syllables):
    """The blank, the letters of Zhuyin, the tones."""
    return ["-", *sorted(set("".join(syllables.symbols))), "1", "2", "3", "4"]


def spelled(syllables):
    """What is to be written: the letters of each syllable, and its tone."""
    return [symbols + str(tone) for symbols, tone in zip(syllables.symbols, syllables.labels.tolist(), strict=True)]


def features(syllables):
    """Each band, and the pitch, beside what is usual for the voice: (N, 42, frames)."""
    spectra, pitch = syllables.spectra.numpy(), syllables.pitch.numpy()
    there = np.arange(spectra.shape[2]) < syllables.lengths.numpy()[:, None]
    voiced = pitch > 0
    semitones = 12 * np.log2(np.where(voiced, pitch, 100) / 100)
    made = np.zeros((len(spectra), 42, spectra.shape[2]), np.float32)
    for voice in np.unique(syllables.voices.numpy()):
        own = syllables.voices.numpy() == voice
        frames = spectra[own].swapaxes(1, 2)[there[own]]
        made[own, :40] = (spectra[own] - frames.mean(axis=0)[:, None]) / frames.std(axis=0)[:, None]
        made[own, 40] = (semitones[own] - np.median(semitones[own][voiced[own]])) / 5
    made[:, 40] *= voiced
    made[:, 41] = voiced
    return made * there[:, None]


def varied(sounds, lengths, random):
    """Sounds as others might say them: slower or faster, higher or lower, louder, some bands lost; and their lengths."""
    count = len(sounds)
    longer = np.clip(np.round(lengths * random.uniform(0.8, 1.2, count)), 8, sounds.shape[2]).astype(int)
    places = (np.arange(longer.max()) + 0.5) * (lengths / longer)[:, None] - 0.5
    made = between(sounds.swapaxes(1, 2), np.clip(places, 0, lengths[:, None] - 1))  # (N, T, 42)
    bands = np.clip(np.arange(40) + random.uniform(-1, 1, (count, 1)), 0, 39)
    mel = between(made[:, :, :40].swapaxes(1, 2), bands).swapaxes(1, 2) + 0.1 * random.randn(count, 1, 1)
    start, width = random.randint(0, 40, (count, 1)), random.randint(0, 7, (count, 1))
    lost = (np.arange(40) >= start) & (np.arange(40) < start + width)
    pitch, voiced = made[:, :, 40:41], made[:, :, 41:]
    pitch = pitch * random.uniform(0.75, 1.25, (count, 1, 1)) + voiced * 0.2 * random.randn(count, 1, 1)
    made = np.concatenate([mel * ~lost[:, None], pitch, voiced], axis=2)
    made *= (np.arange(made.shape[1]) < longer[:, None])[..., None]
    return made.swapaxes(1, 2).astype(np.float32), longer


def between(values, places):
    """Values (N, T, C) at places (N, P) between whole numbers: (N, P, C)."""
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, values.shape[1] - 1)
    share, rows = (places - below)[..., None], np.arange(len(values))[:, None]
    return values[rows, below] * (1 - share) + values[rows, above] * share


# Consonants without a voice that are made at one place of the mouth.
GROUPS = ("ㄅㄆㄈ", "ㄉㄊ", "ㄍㄎㄏ", "ㄐㄑㄒ", "ㄓㄔㄕ", "ㄗㄘㄙ")


class Exchange:
    """Exchanges the consonant with which a syllable begins for another that is made at the same place of the mouth.

    What follows the consonant tells the place, too, so it fits. Both are cut where the voice sets in.
    """

    def __init__(self, places, syllables, codes):
        voiced = syllables.pitch.numpy() > 0
        self.codes, self.lengths, self.voices = codes, syllables.lengths.numpy(), syllables.voices.tolist()
        self.onsets, self.symbols = voiced.argmax(axis=1), syllables.symbols
        self.others = {}
        for n in places:
            if self._key(n) and 1 <= self.onsets[n] <= 0.5 * self.lengths[n]:
                self.others.setdefault(self._key(n), []).append(n)

    def _key(self, n):
        """Voice and place of the mouth; None for syllables that begin with a voice."""
        group = next((g for g in GROUPS if self.symbols[n][0] in g), None)
        return group and (self.voices[n], group)

    def exchanged(self, n, sounds, random):
        """A sound (42, frames) and what is to be written, half of the time with the consonant of another."""
        sound, codes = sounds[n][:, : self.lengths[n]], self.codes[n]
        others = self.others.get(self._key(n), [])
        if n not in others or random.rand() < 0.5:
            return sound, codes
        other = others[random.randint(len(others))]
        both = np.concatenate([sounds[other][:, : self.onsets[other]], sound[:, self.onsets[n] :]], axis=1)
        return both[:, : sounds.shape[2]], [self.codes[other][0], *codes[1:]]


def together(sounds):
    """Sounds of different lengths as one array, and their lengths."""
    lengths = np.array([sound.shape[1] for sound in sounds])
    made = np.zeros((len(sounds), 42, 40), np.float32)
    for k, sound in enumerate(sounds):
        made[k, :, : sound.shape[1]] = sound
    return made, lengths


def padded(sounds, lengths):
    """A tensor with some silence before and after each sound, and how many answers there will be: one for two frames."""
    sounds = sounds[:, :, : max(lengths)]
    return md.tensor(np.pad(sounds, ((0, 0), (0, 0), (MARGIN, MARGIN)))), (np.asarray(lengths) + 2 * MARGIN + 1) // 2


def block(channels_in, channels_out, **options):
    """A convolution over five frames, normalised, without what is below 0."""
    conv = nn.Conv1d(channels_in, channels_out, 5, padding=2 * options.get("dilation", 1), **options)
    return nn.Sequential(conv, nn.BatchNorm1d(channels_out), nn.ReLU(), nn.Dropout(0.3))


class Reader(nn.Module):
    """Four convolutions, of which the first keeps every second place, and an answer at each place that is left."""

    def __init__(self, classes, width=96):
        super().__init__()
        self.first, self.second = block(42, width, stride=2), block(width, width)
        self.third, self.fourth = block(width, width), block(width, width, dilation=2)
        self.output = nn.Linear(width, classes)

    def forward(self, x):
        """Log-probabilities (T / 2, N, classes) of sounds (N, 42, T)."""
        x = self.first(x)
        for wider in (self.second, self.third, self.fourth):
            x = x + wider(x)
        return self.output(x.permute(2, 0, 1)).log_softmax(dim=2)


def trained(places, syllables, seed, epochs=EPOCHS, each=None):
    """A reader that has learned from the syllables at some places."""
    md.manual_seed(seed)
    random = np.random.RandomState(seed)
    letters, sounds = alphabet(syllables), features(syllables)
    codes = [[letters.index(letter) for letter in text] for text in spelled(syllables)]
    parts = Exchange(places, syllables, codes)
    model = Reader(len(letters))
    optimizer = md.optim.AdamW(model.parameters(), lr=LR, weight_decay=0.02)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=epochs * -(-len(places) // BATCH))
    for epoch in range(epochs):
        order = random.permutation(places)
        for begin in range(0, len(order), BATCH):
            batch = [parts.exchanged(n, sounds, random) for n in order[begin : begin + BATCH]]
            x, frames = padded(*varied(*together([sound for sound, _ in batch]), random))
            targets = [code for _, text in batch for code in text]
            loss = nn.functional.ctc_loss(model(x), md.tensor(targets), frames, [len(text) for _, text in batch])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            schedule.step()
        if each:
            each(epoch, model)
    return model.eval()


def said(model, places, syllables):
    """What a reader writes, greedily: the likeliest class of each frame, merged, without blanks."""
    letters, lengths = alphabet(syllables), syllables.lengths.numpy()[places]
    x, frames = padded(features(syllables)[places], lengths)
    with md.no_grad():
        paths = model.eval()(x).argmax(dim=2).numpy().T
    model.train()
    merged = lambda path: (k for t, k in enumerate(path) if k and (t == 0 or path[t - 1] != k))
    return ["".join(letters[k] for k in merged(path[:n])) for path, n in zip(paths, frames, strict=True)]


def score(model, places, syllables):
    """Symbol errors of each voice, and of both together."""
    truth, voices = np.array(spelled(syllables)), syllables.voices.numpy()
    written = np.array(said(model, places, syllables))
    heard = {name: voices[places] == voice for voice, name in enumerate(VOICES)} | {"both": places >= 0}
    return {name: error_rate(written[some], truth[places][some]) for name, some in heard.items()}


def cut(syllables, voice, frames):
    """The same sounds, but of one voice only the first frames are heard."""
    shorter = syllables[:]
    shorter.lengths = shorter.lengths.clamp(max=frames).where(shorter.voices == voice, shorter.lengths)
    return shorter


def learned(job):
    """The weights of one of the JOBS, and its scores on the syllables to choose on."""
    name, teachers, heard = job
    syllables = spoken() if heard is None else cut(spoken(), VOICES.index("Edward Liu"), heard)
    learn, choose, _ = split(syllables)
    own = learn[np.isin(syllables.voices.numpy()[learn], teachers)]
    tell = lambda epoch, _: print(f"{name}: epoch {epoch + 1} of {EPOCHS}", flush=True)
    model = trained(own, syllables, seed=0, each=tell)
    reached = score(model, choose, syllables)
    return model.half().state_dict(), reached


def main():
    """Train all, and keep the weights of some, and the scores of all on the syllables to choose on."""
    scores = {}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for (name, *_), (weights, scores[name]) in zip(JOBS, pool.map(learned, JOBS), strict=True):
            if name in KEPT:
                md.save(weights, FOLDER / f"{name.replace(' ', '_')}.safetensors")
    (FOLDER / "scores.json").write_text(json.dumps(scores, indent=1) + "\n")


VOICES = ("Luo Zhu", "Edward Liu")
JOBS = (  # name, voices to learn from, how many frames of Edward Liu's sounds are heard (None: all)
    ("both voices", (0, 1), None),
    ("Luo Zhu", (0,), None),
    ("Edward Liu", (1,), None),
    ("Edward Liu, cut", (1,), 14),
)
KEPT = ("both voices", *VOICES)

if __name__ == "__main__":
    main()
