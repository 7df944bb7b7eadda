"""The bundled texts: sentences about films, names, a novel, poems, JupyterLab's menus in three languages, docstrings."""

import gzip
import json

import numpy as np

from minidl.data.bundled import checked_bytes
from minidl.data.dataset import Dataset
from minidl.engine.tensor import Tensor
from minidl.system.resources import folder

CHECKSUMS = {
    "reviews.json.gz": "2451f137653915e57bc872ab71ed5afd2b61ad8bc5bc4072adf0ef7d09d61000",
    "names.json.gz": "3be4e1866445d8ca3891aa9aed8e61825a7ec74b7625c4600f47b6130e594ddf",
    "novel.txt.gz": "4bf10d85ed60fa55a0be368cd4634dbc5e6b18c2d5a5a0e1758a59d31907c086",
    "poems.json.gz": "dbf5eddd1e430ccff2df3d3f137525b7e6993f1729ec5dc56639d6d4dc510547",
    "menus.json.gz": "cc700fb13c20913aebb45418e2dda07370832487069c3f3a939225c7f0e68b9a",
    "docstrings.json.gz": "83e6bb16cb2edf0e75c87e28d5d9f399fc1125f38503c767ae03bd9c4e321802",
}
REVIEWS_TESTED = 2000
LANGUAGES = {"zh": "Chinese", "fr": "French"}


def _text(file):
    """The text of a bundled file, unpacked, after checking that it is whole."""
    path = folder("assets") / "data" / file.split(".")[0] / file
    return gzip.decompress(checked_bytes(path, CHECKSUMS[file])).decode("utf-8")


class Reviews(Dataset):
    """Sentences about films, and how people rated them; an example is (text, label).

    Attributes
    ----------
    texts : list of str
    ratings : Tensor, shape (N,)
        The mean of about fifteen people's ratings, from -4 (extremely negative) to 4.
    spreads : Tensor, shape (N,)
        The standard deviation of these ratings: how far people differed.
    labels : Tensor of int64, shape (N,)
        1 where the rating is positive, 0 where it is negative.
    """

    def __init__(self, texts, ratings, spreads):
        self.texts, self.ratings, self.spreads = texts, ratings, spreads
        self.labels = Tensor.wrap((ratings.array > 0).astype(np.int64))

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        """One (text, label)."""
        return self.texts[index], self.labels[index]

    def __repr__(self):
        return f"Reviews({len(self)} sentences)"


def reviews():
    """Sentences from reviews of films, rated by people: 8,566 for training and 2,000 for testing.

    The split is fixed and random. Sentences whose mean rating is 0 are left out. They were collected by Pang & Lee (2005)
    and rated for VADER by Hutto & Gilbert (2014). No network is used.

    Returns
    -------
    (Reviews, Reviews)
        The training and the test split.

    Raises
    ------
    DataFileError
        When the bundled file is missing or damaged.

    Examples
    --------
    >>> import minidl as md
    >>> train, test = md.data.reviews()
    >>> train
    Reviews(8566 sentences)
    >>> test[4]
    ('It took 19 predecessors to get THIS?', tensor(0))
    """
    content = json.loads(_text("reviews.json.gz"))
    ratings, spreads = (np.array(content[name], np.float32) for name in ("ratings", "spreads"))
    order = np.random.RandomState(0).permutation(len(ratings))
    order = order[ratings[order] != 0]

    def part(places):
        texts = [content["texts"][place] for place in places]
        return Reviews(texts, Tensor.wrap(ratings[places]), Tensor.wrap(spreads[places]))

    return part(order[REVIEWS_TESTED:]), part(order[:REVIEWS_TESTED])


def names():
    """The 8,000 first names that were given most often in the USA from 1880 to 2024, the most frequent first.

    Returns
    -------
    dict
        "names", a list of str in small letters; "girls" and "boys", Tensors (8000,): how many got the name.

    Examples
    --------
    >>> import minidl as md
    >>> names = md.data.names()
    >>> names["names"][:3]
    ['james', 'john', 'robert']
    """
    content = json.loads(_text("names.json.gz"))
    return {"names": content["names"], **{who: Tensor(np.array(content[who])) for who in ("girls", "boys")}}


def novel():
    """*Pride and Prejudice* by Jane Austen (1813), the whole text.

    Returns
    -------
    str
        684,768 characters; lines end where the printed ones did.

    Examples
    --------
    >>> import minidl as md
    >>> print(md.data.novel()[51:122])
    It is a truth universally acknowledged, that a single man in possession
    """
    return _text("novel.txt.gz")


def poems():
    """3,707 Chinese quatrains of the Tang dynasty (618 to 907), five characters a line.

    Returns
    -------
    dict of lists of str
        "poems" (two lines of "五字，五字。" each, in traditional characters), "titles" and "authors".

    Examples
    --------
    >>> import minidl as md
    >>> poems = md.data.poems()
    >>> poems["authors"][0], poems["poems"][0]
    ('太宗皇帝', '四時運灰琯，一夕變冬春。送寒餘雪盡，迎歲早梅新。')
    """
    return json.loads(_text("poems.json.gz"))


def menus(language):
    """What JupyterLab and its extensions say, in English and in another language: short texts that volunteers translated.

    Parameters
    ----------
    language : {"zh", "fr"}
        Simplified Chinese or French.

    Returns
    -------
    list of (str, str)
        English and translation, sorted by the English. Some English texts have two translations, and many differ in a
        single word: a random split would let the test be half known. Remove near-duplicates across it.

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> import minidl as md
    >>> pairs = dict(md.data.menus("zh"))
    >>> pairs["Kernel Usage"]
    '内核用量'
    """
    if not isinstance(language, str) or language not in LANGUAGES:
        known = " and ".join(f"{code!r} ({name})" for code, name in LANGUAGES.items())
        raise ValueError(f"the menus are there in {known}, not in {language!r}")
    return [tuple(pair) for pair in json.loads(_text("menus.json.gz"))[language]]


def docstrings():
    """What seven Python packages say about themselves: first lines, and the paragraphs that follow them.

    Returns
    -------
    dict of lists of str
        "summaries" (4 to 12 words), "paragraphs" (8 to 60 words), "packages" and "names". Many are nearly the same within
        a package: divide by package or module.

    Examples
    --------
    >>> import minidl as md
    >>> docs = md.data.docstrings()
    >>> k = docs["names"].index("numpy.polynomial.chebyshev.chebpts2")
    >>> docs["packages"][k], docs["summaries"][k]
    ('numpy', 'Chebyshev points of the second kind.')
    """
    return json.loads(_text("docstrings.json.gz"))
