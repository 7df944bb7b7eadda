"""Byte-pair encoding: tokens that are learned from a text (Gage 1994; Sennrich, Haddow & Birch 2016).

A text is UTF-8, bytes from 0 to 255: the first 256 tokens. Learning repeats one step: find the pair of neighbouring tokens
that occurs most often, and make it a new token. Encoding repeats the same steps in the same order. So no text is ever
unknown, frequent words become one token, and rare ones fall into pieces. No token crosses the border of a word, as in
GPT-2, whose rule of splitting is the one here.
"""

import re
from collections import Counter, defaultdict
from functools import lru_cache
from heapq import heapify, heappop, heappush

import regex

from minidl.engine.conversion import whole_number
from minidl.errors import DtypeError, OutOfRangeError, ShapeError
from minidl.text.saving import read_json, write_json
from minidl.text.splitting import text_of
from minidl.text.vocabulary import numbers_of

# Pieces of words, as GPT-2 cuts them: 's and its kin, then letters, digits, marks, each with the one space before it.
GPT2_PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
KIND = "byte pairs"  # as its files say
BYTES = 256
MOST_BYTES = 2**28  # of all tokens together: each merge may double the length, so a short file could ask for all memory


class BytePairs:
    """A byte-pair encoding.

    Parameters
    ----------
    merges : sequence of (int, int)
        The pairs that become a token, in the order in which they do. The first has the number 256.
    specials : sequence of str
        Texts such as `<|endoftext|>` that are one token, numbered after all others. `encode` takes them only if asked to.
    pattern : str
        How a text is cut before its bytes are paired, as a regular expression of the package `regex`.

    Attributes
    ----------
    token_bytes : list of bytes
        The bytes of each token, by its number, without the specials.

    Examples
    --------
    >>> tokenizer = BytePairs.learn("low low low lower lowest", size=260)
    >>> [tokenizer.decode([token]) for token in tokenizer.encode("lower than low")]
    ['low', 'e', 'r', ' ', 't', 'h', 'a', 'n', ' low']
    """

    def __init__(self, merges, specials=(), pattern=GPT2_PATTERN):
        self.merges = [_pair(pair) for pair in merges]
        self.pattern, self._cut = pattern, _compiled(pattern)
        self.token_bytes, size = [bytes([number]) for number in range(BYTES)], BYTES
        for left, right in self.merges:
            if not (0 <= left < len(self.token_bytes) and 0 <= right < len(self.token_bytes)):
                raise OutOfRangeError(f"the pair ({left}, {right}) is made of tokens that do not exist before it")
            size += len(self.token_bytes[left]) + len(self.token_bytes[right])
            if size > MOST_BYTES:
                raise OutOfRangeError(f"the tokens that these pairs make would have more than {MOST_BYTES:,} bytes together")
            self.token_bytes.append(self.token_bytes[left] + self.token_bytes[right])
        if isinstance(specials, str):
            raise DtypeError(f"specials are a list of texts, and this is one text: put it into a list, [{specials!r}]")
        self.specials = {text_of(special): len(self.token_bytes) + k for k, special in enumerate(dict.fromkeys(specials))}
        if "" in self.specials:
            raise ValueError("a special token cannot be the empty text, which is everywhere")
        self._special_text = {number: text for text, number in self.specials.items()}
        self._rank = {pair: BYTES + k for k, pair in enumerate(self.merges)}
        self._encode_piece = lru_cache(maxsize=65536)(self._merged)

    @classmethod
    def learn(cls, text, size, specials=(), pattern=GPT2_PATTERN):
        """Learn an encoding from a text.

        Parameters
        ----------
        text : str
        size : int
            How many tokens to learn, bytes included and specials not; fewer when no pair occurs twice any more.
        specials, pattern
            As of the class.

        Raises
        ------
        ValueError
            When `size` is less than the 256 bytes, or the pattern leaves out a part of the text.
        """
        if whole_number(size, "size") < BYTES:
            raise ValueError(f"there are 256 bytes, so an encoding of bytes has at least 256 tokens, and size is {size}")
        pieces = Counter(_pieces(_compiled(pattern), text_of(text)))
        return cls(_learned([piece.encode() for piece in pieces], list(pieces.values()), size - BYTES), specials, pattern)

    def __len__(self):
        return len(self.token_bytes) + len(self.specials)

    def encode(self, text, specials=False):
        """The numbers of a text's tokens, as a list of int.

        Parameters
        ----------
        text : str
        specials : bool
            Whether the texts of special tokens become these tokens. Leave it False for text from others, who could
            otherwise end a document in the middle.
        """
        text = text_of(text)
        if not (specials and self.specials):
            return self._ordinary(text)
        longest_first = sorted(self.specials, key=len, reverse=True)
        parts = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
        return [n for part in parts for n in ([self.specials[part]] if part in self.specials else self._ordinary(part))]

    def decode(self, numbers):
        """The text of numbers (ints, or a tensor of one dimension); bytes that are no UTF-8 become �.

        Raises
        ------
        OutOfRangeError
            When there is no such token.
        """
        return b"".join(self._bytes(number) for number in numbers_of(numbers)).decode("utf-8", errors="replace")

    def tokens(self, text):
        """The tokens of a text as texts: good to look at. A token of half a character is shown as �."""
        return [self.decode([number]) for number in self.encode(text)]

    def save(self, path):
        """Write the encoding to a JSON file."""
        write_json(path, KIND, {"pattern": self.pattern, "merges": self.merges, "specials": list(self.specials)})

    @classmethod
    def load(cls, path):
        """Read an encoding that `save` wrote.

        Raises
        ------
        DataFileError
            When it is no such file.
        """
        return read_json(
            path,
            KIND,
            "a byte-pair encoding",
            lambda it: cls(it["merges"], it["specials"], it["pattern"]),
        )

    def __repr__(self):
        return f"BytePairs({len(self)} tokens)"

    def _bytes(self, number):
        if number in self._special_text:
            return self._special_text[number].encode()
        if not 0 <= number < len(self.token_bytes):
            raise OutOfRangeError(f"there is no token {number}: this encoding has the numbers 0 to {len(self) - 1}")
        return self.token_bytes[number]

    def _ordinary(self, text):
        return [number for piece in _pieces(self._cut, text) for number in self._encode_piece(piece)]

    def _merged(self, piece):
        """The tokens of one piece: of all pairs that stand there, the one that was learned first is joined first."""
        chain = Chain([piece.encode()])
        rank = self._rank
        waiting = [(rank[pair], place) for place, pair in chain.pairs_at(range(len(chain))) if pair in rank]
        heapify(waiting)
        while waiting:
            new, place = heappop(waiting)
            if chain.pair_at(place) != self.merges[new - BYTES]:
                continue  # one of the two became part of another token
            chain.join(place, new)
            for other, pair in chain.pairs_at((chain.before[place], place)):
                if pair in rank:
                    heappush(waiting, (rank[pair], other))
        return tuple(token for token in chain.tokens if token != NOTHING)


def _pair(pair):
    """Two numbers of tokens."""
    numbers = numbers_of(pair)
    if len(numbers) != 2:
        raise ShapeError(f"merges are pairs of two numbers, and one is {pair!r:.40}")
    return tuple(numbers)


def _compiled(pattern):
    """A regular expression, ready for use."""
    try:
        return regex.compile(text_of(pattern))
    except regex.error as error:
        raise ValueError(f"pattern is a regular expression of the package regex, and this is none: {error}") from error


def _pieces(pattern, text):
    """The pieces into which a pattern cuts a text, of which none may be lost."""
    pieces = [found[0] for found in pattern.finditer(text)]
    if sum(map(len, pieces)) != len(text):
        raise ValueError(f"the pattern {pattern.pattern!r:.60} leaves out a part of the text: it must match every letter")
    return pieces


NOTHING = -1  # no token: before the first and behind the last of a piece


class Chain:
    """The tokens of pieces, each linked with those beside it, so that two are joined without moving the others.

    A token has the place of its first byte, in all pieces together.
    """

    def __init__(self, pieces):
        self.tokens, self.before, self.behind = [], [], []
        for piece in filter(len, pieces):
            start, end = len(self), len(self) + len(piece)
            self.tokens += piece
            self.before += [NOTHING, *range(start, end - 1)]
            self.behind += [*range(start + 1, end), NOTHING]

    def __len__(self):
        return len(self.tokens)

    def pair_at(self, place):
        """The token at a place and the one behind it; None where there are not both."""
        if place == NOTHING or self.tokens[place] == NOTHING or self.behind[place] == NOTHING:
            return None
        return self.tokens[place], self.tokens[self.behind[place]]

    def pairs_at(self, places):
        """Those of the places at which a pair begins, each with its pair."""
        return ((place, pair) for place in places if (pair := self.pair_at(place)) is not None)

    def join(self, place, new):
        """Make one token of the pair at a place.

        >>> chain = Chain([[1, 2, 3]])
        >>> chain.join(1, 9)
        >>> chain.pair_at(0), chain.pair_at(1)
        ((1, 9), None)
        """
        gone = self.behind[place]
        after = self.behind[gone]
        self.tokens[place], self.tokens[gone] = new, NOTHING
        self.behind[place] = after
        if after != NOTHING:
            self.before[after] = place


def _learned(pieces, counts, steps):
    """The pairs that become tokens, most frequent first; of equals the one with the smaller numbers.

    The places of every pair are known, so a step looks only at those of the pair that it joins. How often a pair occurs can
    later only fall; what waits with an old number is put back with its new one when it comes to the front.
    """
    chain = Chain(pieces)
    often = [n for piece, n in zip(pieces, counts, strict=True) for _ in piece]
    occurs, where = Counter(), defaultdict(list)
    for place, pair in chain.pairs_at(range(len(chain))):
        occurs[pair] += often[place]
        where[pair].append(place)
    waiting = [(-count, pair) for pair, count in occurs.items()]
    heapify(waiting)
    merges = []
    while waiting and len(merges) < steps:
        count, best = heappop(waiting)
        if occurs[best] < 2:
            continue
        if occurs[best] != -count:
            heappush(waiting, (-occurs[best], best))
            continue
        new = BYTES + len(merges)
        merges.append(best)
        fresh = set()
        for place in where.pop(best):
            if chain.pair_at(place) != best:
                continue  # its first token went into the pair before it
            for _, pair in chain.pairs_at((chain.before[place], chain.behind[place])):
                occurs[pair] -= often[place]
            chain.join(place, new)
            for other, pair in chain.pairs_at((chain.before[place], place)):
                occurs[pair] += often[place]
                where[pair].append(other)
                fresh.add(pair)
        for pair in fresh:
            heappush(waiting, (-occurs[pair], pair))
    return merges
