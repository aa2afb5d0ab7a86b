"""What a text is found by, and what a search asks for: the same reading of a text on both sides.

Han characters are kept singly and in pairs, so that two of them find. Pinyin is kept from every syllable on to
the end of its run, whole and as initials, so that `baowenbei`, `wenbei` and `bwb` all find 钛合金保温杯: a query
in Latin letters takes every term that begins with it, which is one range of the index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
RUNS = re.compile(f"[{HAN}]+|[a-z0-9]+")

LONGEST_QUERY = 60
"""Characters of a query that are read; nobody types more, and machines shall not make us work."""
MOST_TERMS = 12
LONGEST_TERM = 40
INITIALS_FROM = 2
"""Initials of one syllable would find everything."""


LOOSE_FROM = 4
"""So many Han characters in one run are often a brand and a name written together (华为保温杯): each character must
be there, and pairs only lift what has them."""


@dataclass(frozen=True)
class Wanted:
    """One thing looked for in an item: this very term, or one that begins with it; needed, or merely welcome."""

    term: str
    prefix: bool = False
    needed: bool = True


def wanted(query: str) -> tuple[Wanted, ...]:
    """What a query asks for. Nothing readable in it gives an empty tuple: then nothing is found."""
    found: dict[Wanted, None] = {}
    for run in RUNS.findall(plain(query[:LONGEST_QUERY])):
        if run.isascii():
            found[Wanted(run[:LONGEST_TERM], prefix=True)] = None
            continue
        loose = len(run) >= LOOSE_FROM
        if loose or len(run) == 1:
            found.update(dict.fromkeys(Wanted(sign) for sign in run))
        found.update(dict.fromkeys(Wanted(pair, needed=not loose) for pair in _pairs(run)))
    return tuple(sorted(found, key=lambda want: not want.needed))[:MOST_TERMS]


def terms(texts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The terms of an item's texts, each with its weight: the highest of the texts it stands in."""
    found: dict[str, int] = {}
    for text, weight in texts:
        for term, share in _read(text):
            found[term] = max(found.get(term, 0), 1, weight * share // 4)
    return found


def fits(wanted: Iterable[Wanted], terms: Collection[str]) -> bool:
    """Whether something with these terms has all that a query needs: what the index answers for rewards."""
    return all(
        any(term.startswith(want.term) for term in terms) if want.prefix else want.term in terms
        for want in wanted
        if want.needed
    )


def means(query: str, texts: Iterable[str], codes: Iterable[str] = ()) -> bool:
    """Whether a query is meant for something with these texts and codes: it stands in one of them as it was typed, or
    finds them by pinyin or initials. For lists of some hundreds, which are looked through one by one.
    """
    said, texts, codes = query.strip().casefold(), list(texts), list(codes)
    if any(said in text.casefold() for text in (*texts, *codes)):
        return True
    known = {term for code in codes for term in code_terms(code)} | set(terms([(text, 1) for text in texts]))
    asked = wanted(query)
    return bool(asked) and fits(asked, known)


def code_terms(code: str) -> dict[str, int]:
    """The terms of a code: its parts, and the whole without dashes, which weighs most of all."""
    whole = re.sub("[^a-z0-9]", "", plain(code))[:LONGEST_TERM]
    return terms([(code, 10)]) | ({whole: 20} if whole else {})


def plain(text: str) -> str:
    """A text in small letters and half width, without accents: `ＴＢ－７５０` becomes `tb-750`, `lǜ` becomes `lv`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("u\u0308", "v")
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@lru_cache(maxsize=2_000)
def _read(text: str) -> tuple[tuple[str, int], ...]:
    """A text's terms: brands, categories and attributes are the same in many rewards that are written at once."""
    return tuple(_terms(plain(text)))


def _terms(text: str) -> Iterable[tuple[str, int]]:
    """Terms with their share of the weight, in quarters."""
    for run in RUNS.findall(text):
        if run.isascii():
            yield run[:LONGEST_TERM], 4
            continue
        yield from ((sign, 2) for sign in run)
        yield from ((pair, 4) for pair in _pairs(run))
        syllables = lazy_pinyin(run, errors="ignore")
        for start in range(len(syllables)):
            rest = syllables[start:]
            yield "".join(rest)[:LONGEST_TERM], 3
            if len(rest) >= INITIALS_FROM:
                yield "".join(syllable[0] for syllable in rest)[:LONGEST_TERM], 2


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def spelled(text: str) -> str:
    """The pinyin of a text and its initials, run by run: 北京 gives `beijing bj`. Kept beside names of which there
    are thousands, so that the database looks through them.
    """
    said: list[str] = []
    for run in RUNS.findall(plain(text)):
        if not run.isascii() and (syllables := lazy_pinyin(run, errors="ignore")):
            said += ["".join(syllables), "".join(syllable[0] for syllable in syllables)]
    return " ".join(said)


def letters(query: str) -> str:
    """What of a query may be pinyin or initials: its letters written together, nothing where it is anything else."""
    said = re.sub("[\\s'’-]", "", plain(query[:LONGEST_QUERY]))
    return said if len(said) >= INITIALS_FROM and said.isascii() and said.isalpha() else ""
