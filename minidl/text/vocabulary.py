"""The vocabulary: which token has which number."""

from collections import Counter
from operator import index

from minidl.engine.conversion import whole_number
from minidl.errors import DtypeError, OutOfRangeError, ShapeError
from minidl.text.saving import read_json, write_json
from minidl.text.splitting import text_of

KIND = "vocabulary"  # as its files say


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
        if isinstance(specials, str):
            raise DtypeError(f"specials are a list of texts, and this is one text: put it into a list, [{specials!r}]")
        specials, tokens = list(specials), list(tokens)
        for token in [*specials, *tokens]:
            text_of(_token(token))
        self.tokens, self.specials = list(dict.fromkeys([*specials, *tokens])), list(dict.fromkeys(specials))
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
        least = whole_number(min_count, "min_count")
        counts = Counter(_token(token) for text in texts for token in text)
        ordered = sorted((token for token in counts if counts[token] >= least), key=lambda t: (-counts[t], t))
        vocabulary = cls(ordered, specials, unknown)
        if max_size is None:
            return vocabulary
        special = len(vocabulary.specials)
        if whole_number(max_size, "max_size") < special:
            raise ValueError(f"max_size={max_size} leaves no room for the {special} special tokens")
        return cls(vocabulary.tokens[special:max_size], vocabulary.specials, unknown)

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
        DtypeError
            When it is no text.
        """
        number = self.number_of.get(_token(token))
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
        numbers = numbers_of(numbers)
        for number in numbers:
            if not 0 <= number < len(self):
                raise OutOfRangeError(f"there is no token {number}: this vocabulary has the numbers 0 to {len(self) - 1}")
        return [self.tokens[number] for number in numbers]

    def save(self, path):
        """Write the vocabulary to a JSON file."""
        write_json(path, KIND, {"tokens": self.tokens, "specials": self.specials, "unknown": self.unknown})

    @classmethod
    def load(cls, path):
        """Read a vocabulary that `save` wrote.

        Raises
        ------
        DataFileError
            When it is no such file.
        """
        return read_json(path, KIND, "a vocabulary", lambda it: cls(it["tokens"], it["specials"], it["unknown"]))

    def __repr__(self):
        shown = ", ".join(repr(token) for token in self.tokens[:5])
        return f"Vocabulary({len(self)} tokens: {shown}{', ...' if len(self) > 5 else ''})"


def _token(token):
    """A token, once it is known to be a text."""
    if not isinstance(token, str):
        hint = "; the token with a number is vocabulary.tokens[number]" if isinstance(token, int) else ""
        raise DtypeError(f"tokens are texts, and {token!r:.40} is of type {type(token).__name__}{hint}")
    return token


def numbers_of(numbers):
    """Numbers of tokens as a list of int, once they are known to be such."""
    numbers = numbers.tolist() if hasattr(numbers, "tolist") else numbers
    if isinstance(numbers, str) or not hasattr(numbers, "__iter__"):
        raise ShapeError(f"the numbers of tokens are a list, such as [3, 1], or a tensor (L,), not {numbers!r:.40}")
    found = []
    for number in numbers:
        try:
            found.append(index(number))
        except TypeError as error:
            raise DtypeError(f"the numbers of tokens are whole numbers in one row, and one is {number!r:.40}") from error
    return found
