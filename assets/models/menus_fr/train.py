"""Train the translator of chapter 19 on English and French, and keep its weights and scores beside this script.

    python assets/models/menus_fr/train.py     (or `make models`)

About a minute and a half on one core. Network, split and scores are those of `menus_zh`; only the language is another.
"""

import json
import runpy
from pathlib import Path

import minidl as md

FOLDER = Path(__file__).parent
CHINESE = runpy.run_path(str(FOLDER.parent / "menus_zh" / "train.py"))


def divided():
    """French pairs to choose on, and to learn from; those to test stay closed."""
    _, choose, learn, _ = CHINESE["split"](CHINESE["usable"]("fr"))
    return choose, learn


def scores(model, part, words, french):
    """Share of exact translations, and chrF, of a part."""
    return CHINESE["score"](CHINESE["translate"](model, [english for english, _ in part], words, french), part)


def main():
    """Train three seeds, keep the weights of the first, and the scores of all."""
    choose, learn = divided()
    words, french = CHINESE["tokenizers"](learn)
    nearest = CHINESE["score"](CHINESE["nearest"]([english for english, _ in choose], learn), choose)
    rows = []
    for seed in CHINESE["SEEDS"]:
        model = CHINESE["train"](CHINESE["Translator"], learn, words, french, seed, lr=6e-3)
        found = scores(model, choose, words, french)
        rows.append({"model": "gru", "seed": seed, "nearest": nearest, "choose": found})
        print(rows[-1], flush=True)
        if seed == 0:
            md.save(model.half().state_dict(), FOLDER / "gru.safetensors")
    (FOLDER / "scores.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
