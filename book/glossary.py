"""The glossary and the chapters, linked both ways: the first use of a term in a chapter, and from its entry back to it."""

import re
from collections import defaultdict

ROW = re.compile(r"^\| (?!term \||---)(.+) \|$", re.MULTILINE)
# Sources, questions that unfold, code, formulas, links, tags, headings and addresses stay as they are.
KEPT = re.compile(
    r"(^\#+\ To\ go\ further$.*? (?=^\#|\Z) | <summary>.*?</summary> | ```.*?``` | `[^`]*` | \$\$.*?\$\$ | \$[^$\n]+\$"
    r"| !?\[[^\]]*\]\([^)]*\) | <[^>]+> | ^\#[^\n]*$ | https?://\S+)",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
# Words that are mostly meant in another sense: linked only where they are emphasised, as a term is that is introduced.
EVERYDAY = set(
    "alignment attribution axis class collapse divergence feature guidance harmonic head initial instance kernel key module "
    "operation packing pair patience pitch precision query recall scores shape step target temperature training value "
    "verification weight window".split()
)
MOST = 4  # chapters that an entry names


class Glossary:
    """The terms, and where the chapters first use them.

    Parameters
    ----------
    text : str
        GLOSSARY.md.

    Examples
    --------
    >>> row = "| loss | 损失 | how wrong one is |"
    >>> glossary = Glossary(f"# Glossary\\n\\n| term | 中文 | meaning |\\n| --- | --- | --- |\\n{row}")
    >>> print(*glossary.linked(["`loss`: losses add up.", "A loss."], "06_losses"), sep="\\n")
    `loss`: <a class="md-term" id="term-loss" href="GLOSSARY.html#loss">losses</a> add up.
    A loss.
    >>> print(glossary.page())
    # Glossary
    <BLANKLINE>
    ## L
    <BLANKLINE>
    <span id="loss"></span>loss · 损失
    : how wrong one is<br>chapter <a class="md-back" href="06_losses.html#term-loss">06</a>
    <BLANKLINE>
    """

    def __init__(self, text):
        self.head = text.partition("\n|")[0].rstrip()
        self.rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row[1])] for row in ROW.finditer(text)]
        self.uses = defaultdict(list)
        self.words = {}  # as it may be written -> word, name of its entry
        for term, *_ in self.rows:
            for word in re.sub(r" \([^)]*\)(?= )", "", term).split(", "):
                for form in forms(word):
                    self.words.setdefault(form, (word, anchor(term)))
        longest_first = sorted(self.words, key=len, reverse=True)
        written = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
        self.pattern = re.compile(rf"(?<![\w-])(?:{written})(?![\w-])")

    def linked(self, sources, chapter, up=""):
        """Pieces of Markdown in which the first use of each term links to its entry.

        Parameters
        ----------
        sources : list of str
        chapter : str
            The name of the page, without its ending.
        up : str
            From the page to the folder of the glossary: "../" for a project.
        """
        seen = set()

        def link(match):
            used, (word, name) = match[0], self.words[" ".join(match[0].split())]
            around = match.string[max(0, match.start() - 1) : match.end() + 1]
            if name in seen or (word in EVERYDAY and not around[0] == "*" == around[-1]):
                return used
            seen.add(name)
            self.uses[name].append(chapter)
            return f'<a class="md-term" id="term-{name}" href="{up}GLOSSARY.html#{name}">{used}</a>'

        pieces = [KEPT.split(source) for source in sources]  # every second piece is kept
        return ["".join(p if k % 2 else self.pattern.sub(link, p) for k, p in enumerate(parts)) for parts in pieces]

    def page(self):
        """The glossary by letters: an anchor for each term, and links to the chapters that use it first."""
        lines, letter = [self.head], ""
        for term, chinese, meaning, *places in self.rows:
            if term[0].upper() != letter:
                letter = term[0].upper()
                lines.append(f"\n## {letter}\n")
            told = "<br>".join(filter(None, [meaning, " · ".join(filter(None, places)), self.back(anchor(term))]))
            lines.append(f'<span id="{anchor(term)}"></span>{term} · {chinese}\n: {told}\n')
        return "\n".join(lines)

    def back(self, name):
        """Links to the chapters and projects that use a term first, in a line."""
        link = lambda c: f'<a class="md-back" href="{c}.html#term-{name}">{number(c)}</a>'
        told = []
        for kind, projects in (("chapter", False), ("project", True)):
            found = [link(c) for c in self.uses[name][:MOST] if ("/" in c) == projects]
            told += [f"{kind}{'s' * (len(found) > 1)} {', '.join(found)}"] if found else []
        return ", ".join(told)


def anchor(term):
    """The name of an entry in an address.

    >>> anchor("axis, dimension")
    'axis-dimension'
    """
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def forms(word):
    """How a word may be written: with a capital where it has none, and as a plural.

    >>> forms("matrix"), forms("ReLU")
    (['matrix', 'matrixs', 'matrixes', 'matrices', 'Matrix', 'Matrixs', 'Matrixes', 'Matrices'], ['ReLU', 'ReLUs', 'ReLUes'])
    """
    found = [word, f"{word}s", f"{word}es"]
    for end, plural in (("x", "ces"), ("y", "ies"), ("is", "es")):
        if word.endswith(end):
            found.append(word.removesuffix(end) + plural)
    return found + [form[0].upper() + form[1:] for form in found if word.islower()]


def number(chapter):
    """The number of a chapter or of a project.

    >>> number("03_forward"), number("projects/01_your_own_handwriting")
    ('03', '1')
    """
    folder, _, name = chapter.rpartition("/")
    return name[:2].lstrip("0") if folder else name[:2]
