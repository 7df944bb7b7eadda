"""Text: split as people see it, numbered, learned, put into batches, chosen and judged as other packages do."""

import json
import random
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import regex

import minidl as md
from minidl.errors import DataFileError, DtypeError, OutOfRangeError, ShapeError
from minidl.text import (
    BytePairs,
    Characters,
    Vocabulary,
    Words,
    beam_search,
    characters,
    collate,
    filtered,
    lengths_mask,
    metrics,
    normalise,
    pad,
    sample,
    similarity,
    words,
)
from minidl.text.byte_pairs import GPT2_PATTERN
from tests.text.recipes import LEARNED_FROM, texts

KNOWN = json.loads((Path(__file__).parents[1] / "fixtures" / "text.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def learned():
    return BytePairs.learn(LEARNED_FROM, 320, specials=["<|end|>"])


# Splitting


def test_a_character_is_what_people_see():
    assert characters("🇫🇷👩‍👩‍👧नमस्ते") == ["🇫🇷", "👩‍👩‍👧", "न", "म", "स्ते"]
    assert characters("\r\n\x00") == ["\r\n", "\x00"]
    assert characters("") == []


@pytest.mark.parametrize("text", texts())
def test_nothing_is_lost_by_splitting(text):
    assert "".join(characters(text)) == text
    assert "".join(words(text)) == "".join(c for c in characters(text) if not c.isspace())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It wasn't l’été.", ["It", "wasn't", "l’été", "."]),
        ("1,000.5 dogs", ["1,000.5", "dogs"]),
        ("床前abc明", ["床", "前", "abc", "明"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("नमस्ते", ["नमस्ते"]),
        ("x2 = a_b", ["x2", "=", "a", "_", "b"]),
        ("'quoted'", ["'", "quoted", "'"]),
        (" \n\t", []),
    ],
)
def test_words_of_many_scripts(text, expected):
    assert words(text) == expected


def test_composed_and_decomposed_accents_become_the_same():
    assert normalise("E\u0301TE\u0301") == normalise("ÉTÉ") == "été"
    assert normalise("A  b", lower=False) == "A b"


@pytest.mark.parametrize("cut", [characters, words, normalise, Characters.fit(["a"]).encode, BytePairs([]).encode])
def test_what_is_no_text_is_refused(cut):
    with pytest.raises(DtypeError, match="decode bytes first"):
        cut(b"abc")
    with pytest.raises(DtypeError, match="of type list"):
        cut(["abc"])
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        cut("a\ud83d")


def test_a_megabyte_on_one_line_is_split_in_time():
    line = "word" * 250_000
    assert words(line) == [line]
    assert len(characters(line)) == len(line)
    assert len(words("'" * 1_000_000)) == 1_000_000
    assert len(characters("🇫🇷" * 100_000)) == len(words("🇫🇷" * 100_000)) == 100_000
    assert normalise("e" + "\u0301\u0323" * 100_000) == "\u1eb9" + "\u0323" * 99_999 + "\u0301" * 100_000


def test_flags_in_a_row_are_pairs_and_what_is_left_stands_alone():
    assert characters("🇫🇷🇩🇪🇨") == ["🇫🇷", "🇩🇪", "🇨"]
    assert characters("a🇫🇷🇩🇪\u0301🇨🇳") == ["a", "🇫🇷", "🇩🇪\u0301", "🇨🇳"]
    draw = random.Random(3)
    for _ in range(2000):
        text = "".join(draw.choices("🇫🇷\u0301\u200d👩a\u0600\u0903\r\n한\u1100क\u094d\u1161\ufe0f", k=9))
        assert characters(text) == regex.findall(r"\X", text)


def test_a_pile_of_marks_is_normalised_as_a_few_are():
    draw = random.Random(4)
    marks = [*map(chr, range(0x300, 0x370)), *"\u0f71\u0f73\u0903\u20dd\u093c\u3099"]
    for _ in range(200):
        text = draw.choice("eaक") + "".join(draw.choices(marks, k=draw.randint(25, 60)))
        assert normalise(text, lower=False) == unicodedata.normalize("NFC", text)


# Vocabularies and tokenizers


def test_frequent_tokens_come_first_and_equals_in_alphabetical_order():
    vocabulary = Vocabulary.count([["b", "a", "c"], ["c"]], specials=["<pad>"], unknown=None)
    assert vocabulary.tokens == ["<pad>", "c", "a", "b"]
    assert Vocabulary.count([["b", "a", "c"], ["c"]], max_size=3).tokens == ["<pad>", "<unk>", "c"]
    assert Vocabulary.count([["b", "a", "c"], ["c"]], min_count=2).tokens == ["<pad>", "<unk>", "c"]


def test_unknown_tokens_are_refused_unless_one_stands_for_them():
    vocabulary = Vocabulary(["a"])
    with pytest.raises(KeyError, match="not in this vocabulary of 1 tokens"):
        vocabulary.numbers(["b"])
    with pytest.raises(OutOfRangeError, match="there is no token -1"):
        vocabulary.tokens_of([-1])
    with pytest.raises(ValueError, match="not among the specials"):
        Vocabulary(["a"], unknown="<unk>")
    with pytest.raises(ValueError, match="leaves no room"):
        Vocabulary.count([["a"]], max_size=1)
    with pytest.raises(TypeError, match="tokens are texts"):
        Vocabulary([1])


def test_a_special_token_in_a_text_is_not_counted_twice():
    vocabulary = Vocabulary.count([["<pad>", "a"]], max_size=3)
    assert vocabulary.tokens == ["<pad>", "<unk>", "a"]


@pytest.mark.parametrize("text", texts(20))
def test_characters_come_back(text):
    tokenizer = Characters.fit([text], specials=[], unknown=None)
    assert tokenizer.decode(md.tensor(tokenizer.encode(text), dtype=md.int64)) == text


def test_specials_are_hidden_when_a_text_is_put_together_and_unknown_ones_are_not():
    tokenizer = Words.fit(["good film"])
    numbers = [*tokenizer.encode("good bad"), 0]
    assert tokenizer.decode(numbers) == "good <unk>"
    assert tokenizer.decode(numbers, skip_specials=False) == "good <unk> <pad>"


# Byte pairs


def test_byte_pairs_are_those_of_tiktoken(learned):
    assert [learned.encode(text) for text in texts()] == KNOWN["encoded"]
    assert [learned.encode(f"{text}<|end|>", specials=True) for text in texts()] == KNOWN["encoded with specials"]


@pytest.mark.parametrize("text", texts())
def test_every_text_comes_back_from_its_bytes(learned, text):
    assert learned.decode(learned.encode(text)) == text
    assert learned.decode(md.tensor(learned.encode(text), dtype=md.int64)) == text


def test_the_text_of_a_special_token_is_ordinary_unless_asked_for(learned):
    end = learned.specials["<|end|>"]
    assert end not in learned.encode("a<|end|>b")
    assert learned.decode(learned.encode("a<|end|>b", specials=True)) == "a<|end|>b"


def test_a_special_token_may_be_long():
    special = "a" * 20_000  # `regex` took the cube of its length to find it
    assert BytePairs([], specials=[special]).encode(f"x{special}y", specials=True) == [ord("x"), 256, ord("y")]


def test_a_long_text_without_a_space_is_learned_and_encoded_in_time():
    line = "".join(np.random.RandomState(0).choice(list("abcdefgh"), 100_000))
    tokenizer = BytePairs.learn(line, 300)
    tokens = tokenizer.encode(line)
    assert len(tokens) < 70_000
    assert tokenizer.decode(tokens) == line
    assert len(BytePairs.learn("a" * 2**18, 280)) == 256 + 17  # aa, aaaa, ..., until only two are left


def slowly_learned(text, steps):
    """The merges of a text, counted anew at each step: what `BytePairs.learn` must come to."""
    pieces = [[*piece.encode()] for piece in regex.findall(GPT2_PATTERN, text)]
    merges = []
    for new in range(256, 256 + steps):
        pairs = Counter(pair for piece in pieces for pair in pairwise(piece))
        if not pairs or max(pairs.values()) < 2:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        pieces = [slowly_joined(piece, best, new) for piece in pieces]
    return merges


def slowly_joined(tokens, pair, new):
    """Tokens in which every occurrence of a pair, from the left, became one new token."""
    out = []
    while tokens:
        together = tuple(tokens[:2]) == pair
        out.append(new if together else tokens[0])
        tokens = tokens[2 if together else 1 :]
    return out


@pytest.mark.parametrize("letters", ["a", "ab", "aab ", "aé🙂 ", "ab1 '\n"])
def test_what_is_learned_quickly_is_what_counting_anew_learns(letters):
    draw = random.Random(2)
    for _ in range(20):
        text = "".join(draw.choices(letters, k=draw.randrange(120)))
        tokenizer = BytePairs.learn(text, 256 + 40)
        assert tokenizer.merges == slowly_learned(text, 40)
        other = "".join(draw.choices(letters, k=60))
        pieces = [[*piece.encode()] for piece in regex.findall(GPT2_PATTERN, other)]
        for new, pair in enumerate(tokenizer.merges, 256):
            pieces = [slowly_joined(piece, pair, new) for piece in pieces]
        assert tokenizer.encode(other) == [token for piece in pieces for token in piece]


def test_learning_joins_the_most_frequent_pair_and_of_equals_the_smaller():
    learned = BytePairs.learn("ab ab ab cd", 300)
    assert learned.token_bytes[256:] == [b"ab", b" ab"]  # cd occurs once, and no pair does twice any more
    assert BytePairs.learn("aaaa", 257).token_bytes[256:] == [b"aa"]
    assert BytePairs.learn("", 300).merges == []


def test_half_a_character_is_shown_as_a_mark(learned):
    assert learned.decode([0xE5]) == "�"
    assert "".join(BytePairs([]).tokens("é")) == "��"


def test_an_encoding_is_saved_and_read(learned, tmp_path):
    learned.save(tmp_path / "e.json")
    again = BytePairs.load(tmp_path / "e.json")
    assert again.merges == learned.merges
    assert [again.encode(text, specials=True) for text in texts()] == [
        learned.encode(text, specials=True) for text in texts()
    ]


def saved(merges=(), pattern="x"):
    return json.dumps({"kind": "byte pairs", "merges": merges, "specials": [], "pattern": pattern})


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"kind": "x"}', "[" * 100_000, saved([[999, 1]]), saved([[1]]), saved([], "(")]
)
def test_a_damaged_encoding_is_refused(tmp_path, content):
    (tmp_path / "e.json").write_text(content)
    with pytest.raises(DataFileError, match="not a byte-pair encoding"):
        BytePairs.load(tmp_path / "e.json")


def test_tokens_that_do_not_exist_are_refused(learned):
    with pytest.raises(OutOfRangeError, match="there is no token 321"):
        learned.decode([321])
    with pytest.raises(OutOfRangeError):
        learned.decode([-1])
    with pytest.raises(ValueError, match="at least 256 tokens"):
        BytePairs.learn("a", 10)
    with pytest.raises(ValueError, match="empty text"):
        BytePairs([], specials=[""])


# Batches


def test_sequences_are_filled_up_and_cut():
    assert pad([[1, 2, 3], []], value=9).tolist() == [[1, 2, 3], [9, 9, 9]]
    assert pad([[1, 2, 3], [4]], length=2, side="left").tolist() == [[1, 2], [0, 4]]
    assert pad([md.tensor([0.5]), [1, 2]]).dtype == md.float32
    for wrong in ("abc", [[1, 2]], 3):
        with pytest.raises(ShapeError, match="sequence 0 must be a row of numbers"):
            pad([wrong])
    with pytest.raises(ShapeError, match="no sequence"):
        pad([])
    with pytest.raises(ValueError, match="'right' or on the 'left'"):
        pad([[1]], side="both")


def test_the_mask_says_what_is_real():
    batch, lengths, labels = collate([([1, 2], 0.5), ([3], 1.5)])
    assert (lengths_mask(lengths).array == (batch.array > 0)).all()
    assert labels.tolist() == [0.5, 1.5]
    assert lengths_mask([0, 1], length=2).tolist() == [[False, False], [True, False]]


def test_collate_serves_a_loader():
    loader = md.data.DataLoader([([1, 2, 3], 0), ([4], 1)], batch_size=2, collate_fn=collate)
    batch, lengths, labels = next(iter(loader))
    assert (batch.tolist(), lengths.tolist(), labels.tolist()) == ([[1, 2, 3], [4, 0, 0]], [3, 1], [0, 1])


# Choosing


def test_temperature_sharpens_and_flattens():
    logits = md.tensor([2.0, 1.0, 0.0])
    assert np.allclose(filtered(logits, 0.5).array, md.softmax(logits * 2, dim=0).array)
    assert filtered(logits, 1e-3).tolist() == [1.0, 0.0, 0.0]
    assert filtered([1.7e308, -1e308, 1.0], 1e-308).tolist() == [1.0, 0.0, 0.0]
    assert np.allclose(filtered(logits, 1e6).array, 1 / 3, atol=1e-5)


def test_top_p_keeps_the_fewest_that_are_enough():
    logits = md.log(md.tensor([[0.1, 0.6, 0.3], [0.4, 0.3, 0.3]]))
    assert (filtered(logits, top_p=0.6).array > 0).tolist() == [[False, True, False], [True, True, False]]
    assert (filtered(logits, top_p=1.0).array > 0).all()
    assert (filtered(logits, top_k=2, top_p=0.61).array > 0).tolist() == [[False, True, False], [True, True, False]]
    assert filtered(md.tensor([0.0, -md.inf]), top_k=2).tolist() == [1.0, 0.0]


def test_draws_follow_the_probabilities_and_the_seed():
    logits = md.log(md.tensor([0.7, 0.2, 0.1])).expand(20_000, 3)
    drawn = sample(logits, generator=md.Generator().manual_seed(0))
    assert np.allclose(np.bincount(drawn.array) / 20_000, [0.7, 0.2, 0.1], atol=0.02)
    assert (sample(logits, generator=md.Generator().manual_seed(0)).array == drawn.array).all()
    assert sample(md.tensor([0.0, 50.0])).shape == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"temperature": 0}, "greater than 0"),
        ({"top_k": 0}, "top_k keeps 1 to 2"),
        ({"top_k": 1.5}, "1 to 2 tokens, a whole number, not 1.5"),
        ({"top_k": 0.9}, "Did you mean top_p, a probability"),
        ({"top_p": 1.5}, "top_p is a probability"),
    ],
)
def test_settings_that_mean_nothing_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        filtered(md.tensor([0.0, 1.0]), **options)
    with pytest.raises(ValueError, match="hold NaN"):
        filtered(md.tensor([0.0, md.nan]))
    with pytest.raises(ShapeError, match="a row of scores"):
        filtered(md.tensor(1.0))


def test_a_wide_beam_finds_the_best_of_all_continuations():
    rng = np.random.default_rng(0)
    for _ in range(20):
        likely = np.log(rng.dirichlet(np.ones(4), size=(4, 4)))  # by the number of tokens so far, and the last of them
        step = lambda paths, likely=likely: likely[len(paths[0]) - 1, [path[-1] for path in paths]]
        complete, open_ = [], [([0], 0.0)]
        for _ in range(3):
            open_ = [([*path, t], total + step([path])[0][t]) for path, total in open_ for t in range(4)]
            complete += [found for found in open_ if found[0][-1] == 3]
            open_ = [found for found in open_ if found[0][-1] != 3]
        best, score = max(complete + open_, key=lambda found: found[1])
        found, total = beam_search(step, start=0, end=3, width=64, max_length=3)
        assert found == best
        assert total == pytest.approx(score)
        greedy, lower = beam_search(step, start=0, end=3, width=1, max_length=3)
        assert greedy[1] == step([[0]])[0].argmax()
        assert lower <= total + 1e-12


def test_a_length_penalty_lets_longer_ones_win():
    step = lambda paths: np.log([[0.5, 0.5] if len(path) < 3 else [0.01, 0.99] for path in paths])
    assert beam_search(step, 0, 1, width=4, max_length=5)[0] == [0, 1]
    assert beam_search(step, 0, 1, width=4, max_length=5, length_penalty=1.0)[0] == [0, 0, 0, 1]


def test_beams_that_cannot_go_on_are_refused():
    with pytest.raises(ShapeError, match="a row of log-probabilities for each of 1 beginnings"):
        beam_search(lambda paths: np.zeros(3), 0, 1)
    with pytest.raises(ValueError, match="greater than 0"):
        beam_search(lambda paths: np.full((len(paths), 2), -np.inf), 0, 1)
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(lambda paths: np.zeros((1, 2)), 0, 1, width=0)
    for wrong in ({"width": 1.5}, {"max_length": 2.0}):
        with pytest.raises(ValueError, match="whole numbers of at least 1"):
            beam_search(lambda paths: np.zeros((1, 2)), 0, 1, **wrong)


# Judging


@pytest.mark.parametrize("case", KNOWN["scores"])
def test_scores_are_those_of_other_packages(case):
    predictions, references = case["predictions"], case["references"]
    assert metrics.bleu(predictions, references, tokens=str.split) == pytest.approx(case["bleu"], abs=1e-12)
    effective = metrics.bleu(predictions, references, tokens=str.split, effective_order=True)
    assert effective == pytest.approx(case["bleu, effective order"], abs=1e-12)
    assert metrics.chrf(predictions, references) == pytest.approx(case["chrf"], abs=1e-12)
    rouge = [metrics.rouge(predictions[0], references[0], kind) for kind in (1, 2, "L")]
    assert rouge == pytest.approx(case["rouge"], abs=1e-12)


def test_edits_are_counted_against_the_targets_length():
    assert metrics.edit_distance("", "abc") == metrics.edit_distance("abc", "") == 3
    assert metrics.edit_distance(["the", "cat"], ["the", "bat"]) == 1
    assert metrics.error_rate(["ab", ""], ["abcd", "xy"]) == pytest.approx(4 / 6)
    assert metrics.error_rate(["aaaa"], ["b"]) == 4.0
    with pytest.raises(ShapeError, match="nothing that could be wrong"):
        metrics.error_rate([""], [""])


def test_perplexity_of_equally_likely_tokens_is_their_number():
    logits = md.zeros(5, 7)
    loss = md.nn.functional.cross_entropy(logits, md.arange(5))
    assert metrics.perplexity(loss) == pytest.approx(7)
    assert metrics.bits_per_character(loss) == pytest.approx(np.log2(7))


def test_one_text_instead_of_a_list_is_refused():
    for score in (metrics.bleu, metrics.chrf, metrics.error_rate):
        with pytest.raises(DtypeError, match="put it into a list"):
            score("abc", ["abc"])
        with pytest.raises(ShapeError, match="every prediction needs its reference"):
            score(["abc"], [])
        with pytest.raises(ShapeError, match="nothing to judge"):
            score([], [])
    with pytest.raises(ValueError, match="ROUGE-1, ROUGE-2 and ROUGE-L"):
        metrics.rouge("a", "a", kind=3)


def test_a_megabyte_is_not_compared_word_by_word():
    line = "ab cd " * 170_000
    for compare in (metrics.rouge, metrics.edit_distance):
        with pytest.raises(OutOfRangeError, match="compares each token of one text with each of the other"):
            compare(line, line)
    assert metrics.rouge(line, line, kind=1) == 1


@pytest.mark.parametrize("lengths", [[2, -1], [1.5, 2.0], [True, False]])
def test_lengths_are_counts(lengths):
    with pytest.raises(ShapeError, match="lengths are whole numbers of 0 or more, not"):
        lengths_mask(lengths)
    assert lengths_mask([]).shape == (0, 0)
    with pytest.raises(ShapeError, match="rows have a length of 0 or more, not -2"):
        pad([[1]], length=-2)


def test_a_search_may_begin_with_numbers_of_numpy_or_a_tensor():
    step = lambda paths: np.log(np.full((len(paths), 3), [0.2, 0.2, 0.6]))
    for start in (np.int64(0), [np.int32(0)], md.tensor([0])):
        path, _ = beam_search(step, start, end=2)
        assert path == [0, 2]
        assert all(type(token) is int for token in path)
    with pytest.raises(ValueError, match="length_penalty is a finite number, not nan"):
        beam_search(step, 0, 2, length_penalty=float("nan"))


# Misuse: what is no text, no list, no number


@pytest.mark.parametrize("score", [metrics.bleu, metrics.chrf, metrics.error_rate, similarity])
def test_many_texts_come_in_any_collection_with_an_order(score):
    same = np.asarray(score(["the cat sat down"], ["the cat sat down"]))
    for many in (iter, tuple, np.array):
        assert (np.asarray(score(many(["the cat sat down"]), many(["the cat sat down"]))) == same).all()
    for none in (None, 3, {"a"}, {"a": 1}):
        with pytest.raises(DtypeError, match="are a list, one for each example, and this is of type"):
            score(none, ["a"])
    with pytest.raises(DtypeError, match="this is one text: put it into a list"):
        score(b"a", ["a"])


def test_edits_are_counted_between_sequences_of_one_kind():
    for a, b in ((md.tensor([1, 2]), [1, 3]), (np.array([1, 2]), range(1, 4)), (iter("ab"), "ac")):
        assert type(metrics.edit_distance(a, b)) is int
        assert metrics.edit_distance(a, b) >= 1
    with pytest.raises(DtypeError, match="decode bytes first"):
        metrics.edit_distance(b"ab", "ab")
    for one, other in ((["the", "cat"], "the cat"), ("the cat", ["the", "cat"])):
        with pytest.raises(DtypeError, match="cut both in the same way"):
            metrics.edit_distance(one, other)
    for wrong in (None, 3, {"a"}, {"a": 1}):
        with pytest.raises(DtypeError, match="a text or a list of tokens is needed"):
            metrics.error_rate([wrong], ["a"])
    assert metrics.error_rate(md.tensor([[1, 2]]), md.tensor([[1, 3]])) == 0.5


@pytest.mark.parametrize("order", [0, -1])
def test_the_longest_run_has_a_length(order):
    for score in (metrics.bleu, metrics.chrf):
        with pytest.raises(OutOfRangeError, match="order is the longest run"):
            score(["a"], ["a"], order=order)
        with pytest.raises(TypeError, match="order is a whole number"):
            score(["a"], ["a"], order=1.5)


def test_settings_of_scores_that_mean_nothing_are_refused():
    for beta in (-1, float("nan"), float("inf")):
        with pytest.raises(OutOfRangeError, match="how many times as much recall counts"):
            metrics.chrf(["a"], ["ab"], beta=beta)
    with pytest.raises(DtypeError, match="tokens is a function that cuts a text"):
        metrics.bleu(["a"], ["a"], tokens="ab")
    cut = lambda text: iter(text.split())
    assert metrics.rouge("a b", "a b", 2, tokens=cut) == metrics.rouge("a b", "a b", 2.0) == 1
    assert metrics.perplexity(1e6) == float("inf")
    for loss in ("2", None):
        with pytest.raises(DtypeError, match="a loss is one number"):
            metrics.perplexity(loss)
    for tokens, letters in ((1, 0), (-1, 5), (0, 1)):
        with pytest.raises(OutOfRangeError, match="at least one token and one character"):
            metrics.bits_per_character(1.0, tokens, letters)
    with pytest.raises(ShapeError, match="at least one letter and at most 100"):
        similarity(["a"], ["a"], n=10**9)


@pytest.mark.parametrize("wrong", [None, 0, 3, b"a", ["a"]])
def test_tokens_are_texts_also_when_they_count_as_false(wrong):
    for make in (lambda: Vocabulary([wrong]), lambda: Vocabulary(["a"], [wrong]), lambda: Vocabulary.count([["a", wrong]])):
        with pytest.raises(DtypeError, match="tokens are texts"):
            make()
    with pytest.raises(DtypeError, match="tokens are texts"):
        Vocabulary.count([["a"]])[wrong]


def test_one_text_is_no_list_of_texts():
    for make in (Words.fit, Characters.fit):
        with pytest.raises(DtypeError, match="put it into a list"):
            make("the film")
    for make in (Vocabulary, BytePairs):
        with pytest.raises(DtypeError, match=r"put it into a list, \['<pad>'\]"):
            make([], specials="<pad>")
    for wrong in (None, ["a"], {"a": 0}):
        with pytest.raises(DtypeError, match=r"Words.fit\(texts\) makes one"):
            Words(wrong)


def test_a_special_that_is_named_twice_takes_no_room():
    assert Vocabulary.count([["a"]], ("<p>", "<p>"), None, max_size=2).tokens == ["<p>", "a"]
    with pytest.raises(TypeError, match="max_size is a whole number"):
        Vocabulary.count([["a"]], max_size=2.5)


@pytest.mark.parametrize("decode", [Vocabulary(["a", "b"]).tokens_of, Words.fit(["a b"]).decode, BytePairs([]).decode])
def test_numbers_of_tokens_are_whole_and_in_a_row(decode):
    assert decode(iter([1])) == decode(np.array([1])) == decode([md.tensor(1)])
    for wrong in ([1.0], md.tensor([1.0]), [None], ["1"], md.tensor([[1]]), [float("nan")]):
        with pytest.raises(DtypeError, match="whole numbers in one row"):
            decode(wrong)
    for wrong in (3, None, "1", md.tensor(1)):
        with pytest.raises(ShapeError, match="the numbers of tokens are a list"):
            decode(wrong)


def test_a_vocabulary_is_saved_and_read(tmp_path):
    vocabulary = Vocabulary.count([["月", "👩🏿‍🚀", "\0", "שלום", "é"]])
    vocabulary.save(tmp_path / "v.json")
    again = Vocabulary.load(tmp_path / "v.json")
    assert (again.tokens, again.specials, again.unknown) == (vocabulary.tokens, vocabulary.specials, "<unk>")
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        Vocabulary(["\ud83d"])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "byte pairs"}', "[" * 100_000, '{"kind": "vocabulary"}'])
def test_a_damaged_vocabulary_is_refused(tmp_path, content):
    (tmp_path / "v.json").write_text(content)
    with pytest.raises(DataFileError, match="not a vocabulary that was saved"):
        Vocabulary.load(tmp_path / "v.json")
    for load in (Vocabulary.load, BytePairs.load):
        with pytest.raises(DataFileError, match="not NoneType"):
            load(None)


def test_a_short_file_of_pairs_cannot_ask_for_all_memory(tmp_path):
    doubled = [[97, 97], *([k, k] for k in range(256, 356))]
    (tmp_path / "e.json").write_text(saved(doubled))
    with pytest.raises(DataFileError, match="more than 268,435,456 bytes together"):
        BytePairs.load(tmp_path / "e.json")


@pytest.mark.parametrize("merges", [["ab"], [(1,)], [(1, 2, 3)], [("a", "b")], [(1.0, 2.0)], [None]])
def test_merges_are_pairs_of_numbers(merges):
    with pytest.raises((ShapeError, DtypeError), match=r"merges are pairs|numbers of tokens are"):
        BytePairs(merges)


def test_a_pattern_that_loses_a_part_of_the_text_is_refused():
    with pytest.raises(ValueError, match="leaves out a part of the text"):
        BytePairs([], pattern="a").encode("ab")
    with pytest.raises(ValueError, match="leaves out a part of the text"):
        BytePairs.learn("ab", 300, pattern="a")
    with pytest.raises(ValueError, match="a regular expression of the package regex, and this is none"):
        BytePairs([], pattern="(")
    assert BytePairs([], pattern="(a)|(b)").encode("ab") == [97, 98]


def test_rows_and_labels_are_numbers():
    assert pad([[1]], np.float32(0.5), length=2).tolist() == [[1, 0.5]]
    assert pad([[1]], md.tensor(3), length=np.int64(2)).tolist() == [[1, 3]]
    for wrong in ("x", None, 1j):
        with pytest.raises(DtypeError, match="is one number"):
            pad([[1]], wrong)
    for numbers in ([2**63], np.array([2**64 - 1], np.uint64)):
        with pytest.raises(OutOfRangeError, match="whole numbers end at 9223372036854775807"):
            pad([numbers])
    with pytest.raises(OutOfRangeError, match="value is"):
        pad([[1]], 2**70)
    with pytest.raises(ShapeError, match="lists of different lengths"):
        pad([[1, [2]]])
    with pytest.raises(TypeError, match="length is a whole number"):
        pad([[1]], length=1.5)
    with pytest.raises(ShapeError, match=r"one number for each sequence \(N,\)"):
        lengths_mask(md.tensor(3))
    for wrong in (None, 3):
        with pytest.raises(ShapeError, match="a list of rows of numbers"):
            pad(wrong)
        with pytest.raises(ShapeError, match="one number for each sequence"):
            lengths_mask(wrong)
    assert lengths_mask(iter([1, 2])).shape == (2, 2)
    with pytest.raises(ShapeError, match="0 or more, not -1"):
        lengths_mask([3], -1)


@pytest.mark.parametrize("example", [1, ([1],), ([1], 2, 3), None])
def test_examples_are_pairs(example):
    with pytest.raises(ShapeError, match=r"examples are \(sequence, label\) pairs, and example 1 is"):
        collate([([1], 0), example])
    with pytest.raises(ShapeError, match="no sequence"):
        collate([])
    for label in ("pos", None, [0.5, 1], 1j):
        with pytest.raises(DtypeError, match="the label of example 0 is one number"):
            collate([([1], label)])


def test_probabilities_and_logits_are_not_taken_for_log_probabilities():
    with pytest.raises(ValueError, match="the greatest here is 2: take log_softmax of logits"):
        beam_search(lambda paths: [[1.0, 2.0]] * len(paths), 0, 1)
    with pytest.raises(ValueError, match="the greatest here is nan"):
        beam_search(lambda paths: [[float("nan")] * 2] * len(paths), 0, 1)
    for end in (99, -1):
        with pytest.raises(OutOfRangeError, match=f"there is no token {end}, which is to end"):
            beam_search(lambda paths: np.full((len(paths), 3), -1.0), 0, end)
    with pytest.raises(TypeError, match="end is a whole number"):
        beam_search(lambda paths: np.full((len(paths), 3), -1.0), 0, None)
    for wrong in ("1", None):
        with pytest.raises(DtypeError, match="temperature is one number"):
            filtered([0.0, 1.0], temperature=wrong)
    assert filtered([0.0, 1.0], temperature=md.tensor(1.0)).tolist() == filtered([0.0, 1.0]).tolist()
