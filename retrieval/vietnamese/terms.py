"""Text -> index terms: accented syllables, folded syllables, folded bigrams. Articles and questions alike.

Two things are written in more ways than one and get a term of their own on both sides: an organisation written out
gives its abbreviation too (`Ủy ban nhân dân` -> `ubnd`), as one in parts does (`KH&ĐT` -> `khdt`), and a day gives one form (`29/12`, `29-12`,
`ngày 29 tháng 12` -> `29/12`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.vietnamese.abbreviations import Short, shortened
from retrieval.vietnamese.text import bigrams, tokens

_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?$")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text, in order, repetitions kept."""

    accented: list[str]
    folded: list[str]
    pairs: list[str]
    shortened: tuple[Short, ...] = ()
    """Which of the first of `folded`, the text's own syllables, are one thing with an abbreviation."""


def day_term(word: str) -> str | None:
    """Return `29/12` for `29-12`, `29.12`, `29/12/2023`; None where `word` is no day of a month."""
    match = _DAY.match(word)
    if match and 1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12:
        return f"{int(match[1])}/{int(match[2])}"
    return None


def days_in(folded: Sequence[str]) -> list[str]:
    """Return the days of a month among folded syllables, each as `29/12`: `29-12`, `ngày 29 tháng 12`."""
    found = []
    for at, word in enumerate(folded):
        if word[0].isdigit():
            day = day_term(word)
            if day is None and folded[at + 1 : at + 2] in (["thang"], ("thang",)) and at + 2 < len(folded):
                day = day_term(f"{word}/{folded[at + 2]}")
            if day is not None:
                found.append(day)
    return found


def terms(text: str) -> Terms:
    """Return the index terms of `text`."""
    found = tokens(text)
    folded = [t.fold for t in found]
    extra = [day for day in days_in(folded) if day not in folded]
    short = shortened(folded)
    extra += [s.term for s in short if s.first < s.last]
    return Terms([t.norm for t in found] + extra, folded + extra, list(bigrams(folded)), tuple(short))
