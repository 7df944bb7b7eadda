"""The vocabulary: which token has which number."""

from collections import Counter

from minidl.errors import OutOfRangeError


class Vocabulary:
    """Tokens and their numbers, the special ones first.

    Parameters
    ----------
    tokens : iterable of str
        In the order of their numbers; one that comes again counts once.
    specials : sequence of str
        Tokens that no text contains, numbered before all others. `unknown` must be among them if it is given.
    unknown : str, optional
        What stands for every token that is not in the vocabulary. Without it such a token is refused.

    Examples
    --------
    >>> vocabulary = Vocabulary.count([["a", "rose", "is", "a", "rose"]], specials=["<pad>", "<unk>"])
    >>> vocabulary.tokens
    ['<pad>', '<unk>', 'a', 'rose', 'is']
    >>> vocabulary.numbers(["a", "daisy"])
    [2, 1]
    """

    def __init__(self, tokens, specials=(), unknown=None):
        self.tokens = list(dict.fromkeys([*specials, *tokens]))
        self.specials = list(dict.fromkeys(specials))
        if wrong := next((token for token in self.tokens if not isinstance(token, str)), None):
            raise TypeError(f"tokens are texts, and {wrong!r} is a {type(wrong).__name__}")
        self.number_of = {token: number for number, token in enumerate(self.tokens)}
        if unknown is not None and unknown not in self.number_of:
            raise ValueError(f"{unknown!r} is to stand for unknown tokens, but is not among the specials {self.specials}")
        self.unknown = unknown

    @classmethod
    def count(cls, texts, specials=("<pad>", "<unk>"), unknown="<unk>", min_count=1, max_size=None):
        """The vocabulary of texts that are lists of tokens: the most frequent first, equals in alphabetical order.

        Parameters
        ----------
        texts : iterable of lists of str
        specials : sequence of str
        unknown : str, optional
        min_count : int
            Rarer tokens are left out.
        max_size : int, optional
            How many numbers there are at most, those of the specials included.
        """
        counts = Counter(token for text in texts for token in text)
        ordered = sorted((token for token in counts if counts[token] >= min_count), key=lambda t: (-counts[t], t))
        if max_size is not None:
            if max_size < len(specials):
                raise ValueError(f"max_size={max_size} leaves no room for the {len(specials)} special tokens")
            ordered = [token for token in ordered if token not in specials][: max_size - len(specials)]
        return cls(ordered, specials, unknown)

    def __len__(self):
        return len(self.tokens)

    def __contains__(self, token):
        return token in self.number_of

    def __getitem__(self, token):
        """The number of a token.

        Raises
        ------
        KeyError
            When it has none, and nothing stands for unknown tokens.
        """
        number = self.number_of.get(token)
        if number is None:
            if self.unknown is None:
                raise KeyError(
                    f"{token!r} is not in this vocabulary of {len(self)} tokens, and none stands for unknown ones"
                )
            number = self.number_of[self.unknown]
        return number

    def numbers(self, tokens):
        """The numbers of tokens, as a list of int."""
        return [self[token] for token in tokens]

    def tokens_of(self, numbers):
        """The tokens of numbers (ints, or a tensor of one dimension), as a list of str.

        Raises
        ------
        OutOfRangeError
            When there is no token with such a number.
        """
        numbers = numbers.tolist() if hasattr(numbers, "tolist") else list(numbers)
        for number in numbers:
            if not 0 <= number < len(self):
                raise OutOfRangeError(f"there is no token {number}: this vocabulary has the numbers 0 to {len(self) - 1}")
        return [self.tokens[number] for number in numbers]

    def __repr__(self):
        shown = ", ".join(repr(token) for token in self.tokens[:5])
        return f"Vocabulary({len(self)} tokens: {shown}{', ...' if len(self) > 5 else ''})"
