"""Text: tokens and their numbers, batches of sequences, choosing the next token, and how good a text is.

| module | what is in it |
| --- | --- |
| `splitting` | characters that people see, words, also of writing without spaces |
| `vocabulary` | tokens and their numbers |
| `tokenizers` | text to numbers and back: by character, by word |
| `byte_pairs` | byte-pair encoding, learned from a text |
| `batches` | sequences of different lengths in one tensor |
| `caching` | keys and values that were computed already |
| `decoding` | the next token by temperature, top-k and top-p; beam search |
| `duplicates` | how alike texts are: near-duplicates, the nearest text |
| `metrics` | edit distance and error rates, BLEU, chrF, ROUGE, perplexity |
"""

from minidl.text import metrics
from minidl.text.batches import collate, lengths_mask, pad
from minidl.text.byte_pairs import BytePairs
from minidl.text.caching import KeyValueCache
from minidl.text.decoding import beam_search, filtered, sample
from minidl.text.duplicates import similarity
from minidl.text.splitting import characters, normalise, words
from minidl.text.tokenizers import Characters, Words
from minidl.text.vocabulary import Vocabulary

__all__ = [
    "BytePairs",
    "Characters",
    "KeyValueCache",
    "Vocabulary",
    "Words",
    "beam_search",
    "characters",
    "collate",
    "filtered",
    "lengths_mask",
    "metrics",
    "normalise",
    "pad",
    "sample",
    "similarity",
    "words",
]
