"""Text to numbers and back. Every tokenizer has `encode`, `decode`, `tokens` and a `vocabulary`."""

from minidl.errors import DtypeError
from minidl.text.splitting import characters, normalise, words
from minidl.text.vocabulary import Vocabulary


class Tokenizer:
    """What tokenizers have in common. A subclass says how a text is split (`split`) and put together (`join`)."""

    def __init__(self, vocabulary):
        if not isinstance(vocabulary, Vocabulary):
            name = type(self).__name__
            raise DtypeError(
                f"{name} is made with a Vocabulary, not with something of type {type(vocabulary).__name__}; "
                f"{name}.fit(texts) makes one from a list of texts"
            )
        self.vocabulary = vocabulary

    @classmethod
    def fit(cls, texts, **options):
        """The tokenizer whose vocabulary is that of texts.

        Parameters
        ----------
        texts : iterable of str
        **options
            Of `Vocabulary.count`: specials, unknown, min_count, max_size.

        Raises
        ------
        DtypeError
            For one text in place of many.
        """
        if isinstance(texts, str | bytes):
            raise DtypeError("texts are a list of texts, and this is one text: put it into a list")
        return cls(Vocabulary.count((cls.split(text) for text in texts), **options))

    @staticmethod
    def split(text):
        """The tokens of a text, whether they are in the vocabulary or not."""
        raise NotImplementedError("a tokenizer says how a text is split")

    @staticmethod
    def join(tokens):
        """The text of tokens."""
        raise NotImplementedError("a tokenizer says how tokens are put together")

    def tokens(self, text):
        """The tokens of a text, unknown ones as the token that stands for them."""
        return self.vocabulary.tokens_of(self.encode(text))

    def encode(self, text):
        """The numbers of a text's tokens, as a list of int."""
        return self.vocabulary.numbers(self.split(text))

    def decode(self, numbers, skip_specials=True):
        """The text of numbers (ints, or a tensor of one dimension).

        Parameters
        ----------
        numbers : sequence of int
        skip_specials : bool
            Leave out tokens such as `<pad>`, but not the one that stands for unknown tokens.
        """
        hidden = set(self.vocabulary.specials) - {self.vocabulary.unknown} if skip_specials else ()
        return self.join([token for token in self.vocabulary.tokens_of(numbers) if token not in hidden])

    def __repr__(self):
        return f"{type(self).__name__}({len(self.vocabulary)} tokens)"


class Characters(Tokenizer):
    """Each character that people see is a token.

    Examples
    --------
    >>> tokenizer = Characters.fit(["banana"], specials=[], unknown=None)
    >>> tokenizer.encode("nab")
    [1, 0, 2]
    >>> tokenizer.decode([2, 0, 1])
    'ban'
    """

    split = staticmethod(characters)
    join = staticmethod("".join)


class Words(Tokenizer):
    """Each word is a token, in lower case; punctuation marks stand alone, and each Han character is a word.

    What it forgets cannot come back: capitals, and where spaces were.

    Examples
    --------
    >>> tokenizer = Words.fit(["The film is good.", "The end is not."])
    >>> tokenizer.tokens("The end is good!")
    ['the', 'end', 'is', 'good', '<unk>']
    >>> tokenizer.decode(tokenizer.encode("THE end"))
    'the end'
    """

    join = staticmethod(" ".join)

    @staticmethod
    def split(text):
        """The words of a text in lower case."""
        return words(normalise(text))
