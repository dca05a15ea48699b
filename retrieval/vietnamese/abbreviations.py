"""Abbreviations both ways: `UBND` -> `ủy ban nhân dân`, and the syllables written out -> `ubnd`."""

import functools
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import Token, canonical_fold, folds, norms, tokens, words

_PARTS = re.compile(r"[^\W\d_]+")


@functools.cache
def _written_out() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return abbreviation, folded without hyphens -> [(written out, context words)]."""
    table: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for abbreviation, text, *context in rows("abbreviations"):
        key = "".join(canonical_fold(w) for w in _PARTS.findall(abbreviation))
        table.setdefault(key, []).append((text, tuple(context[0].split(",")) if context else ()))
    return table


@functools.cache
def _by_syllables() -> dict[tuple[str, str], list[tuple[tuple[str, ...], str]]]:
    """Return first two syllables -> [(all syllables, abbreviation)], longest first; one- and two-letter ones left out.

    Two letters stand for too many things (`CT`, `TN`) to be worth a term, but for `TP`, `TX` and `TW`.
    """
    table: dict[tuple[str, str], set[tuple[tuple[str, ...], str]]] = {}
    for abbreviation, text, *_ in rows("abbreviations"):
        key = "".join(canonical_fold(w) for w in _PARTS.findall(abbreviation))
        if len(key) < _SHORTEST and key not in {"tp", "tx", "tw"}:
            continue
        syllables = tuple(folds(text))
        if len(syllables) > 1:
            table.setdefault((syllables[0], syllables[1]), set()).add((syllables, key))
    return {first: sorted(found, key=lambda entry: (-len(entry[0]), entry)) for first, found in table.items()}


_SHORTEST = 3
_MOST_PARTS = 4
"""Parts of an abbreviation: `LĐ-TB&XH` has three."""
_VOWELS = frozenset("aeiouy")


class Short(NamedTuple):
    """Syllables `first` to `last` that an abbreviation, `term`, stands for or is written by."""

    first: int
    last: int
    term: str


@functools.cache
def pairs_written_out() -> frozenset[tuple[str, str]]:
    """Return the folded syllables that stand side by side in what an abbreviation stands for: `môi trường`, `nông nghiệp`."""
    return frozenset(pair for _, long, *_ in rows("abbreviations") for pair in pairwise(folds(long)))


def shortened(syllables: Sequence[str]) -> list[Short]:
    """Return what of `syllables` (folded) is one thing with an abbreviation; overlapping ones too.

    Written out (`ke hoach va dau tu`), in parts (`kh dt` of `KH&ĐT`, `tp hcm`), or as the table has it (`khdt`): by the
    term all are found by each other.
    """
    table, known, own = _by_syllables(), _written_out(), tuple(syllables)
    found = [
        Short(at, at + len(long) - 1, term)
        for at, pair in enumerate(pairwise(own))
        for long, term in table.get(pair, ())
        if own[at : at + len(long)] == long
    ]
    found += [Short(at, at, word) for at, word in enumerate(own) if len(word) >= _SHORTEST and word in known]
    bare = [at for at, word in enumerate(own) if _is_bare(word)]
    runs = {
        (first, last)
        for at in bare
        for first in range(max(0, at - _MOST_PARTS + 1), at + 1)
        for last in range(max(at, first + 1), min(first + _MOST_PARTS, len(own)))
    }
    for first, last in sorted(runs):
        if len(term := "".join(own[first : last + 1])) >= _SHORTEST and term in known:
            found.append(Short(first, last, term))
    return found


@functools.lru_cache(maxsize=50_000)
def _is_bare(word: str) -> bool:
    """Tell whether letters have no vowel: every syllable of the language has one, so they are part of an abbreviation."""
    return word.isalpha() and _VOWELS.isdisjoint(word)


def abbreviations_in(syllables: Sequence[str]) -> list[str]:
    """Return the abbreviations, folded, of what `syllables` (folded) write out or in parts."""
    return [short.term for short in shortened(syllables) if short.first < short.last]


def written_out(abbreviation: str, context: str = "") -> str | None:
    """Return what `abbreviation` stands for, judged by the words of `context`; None where it is not in the table."""
    entries = _written_out().get("".join(canonical_fold(w) for w in _PARTS.findall(abbreviation)))
    if not entries:
        return None
    around = "_" + "_".join(folds(context)) + "_"

    def votes(entry: tuple[str, tuple[str, ...]]) -> int:
        return sum(f"_{word}_" in around for word in entry[1])

    best = max(entries, key=votes)
    if votes(best):
        return best[0]
    return next((text for text, context_words in entries if not context_words), entries[0][0])


def in_full(text: str) -> list[str]:
    """Return the canonical words of `text`, what is written as an abbreviation, in capitals, in full: `Sở TN&MT`, `Bộ GD-ĐT`; not the `đốc` of `giám đốc`."""
    found = tokens(text)
    words: list[str] = []
    at = 0
    while at < len(found):
        last = at
        while last + 1 < len(found) and _joins(text, found[last], found[last + 1]):
            last += 1
        joined = "".join(token.fold for token in found[at : last + 1])
        long = written_out(joined) if len(joined) >= _SHORTEST and _in_capitals(text, found[at]) else None
        words += norms(long) if long else [found[at].norm]
        at = last + 1 if long else at + 1
    return words


_SHORTEST = 3
"""Letters from which capitals are taken for an abbreviation: `TP` may be many."""


def _joins(text: str, one: Token, other: Token) -> bool:
    between = text[one.end : other.start].replace(" ", "")
    return between in {"&", "-"} and _in_capitals(text, one) and _in_capitals(text, other)


def _in_capitals(text: str, token: Token) -> bool:
    return text[token.start : token.end].isupper()


def is_known(abbreviation: str) -> bool:
    """Tell whether the table has `abbreviation`."""
    return "".join(canonical_fold(w) for w in _PARTS.findall(abbreviation)) in _written_out()


def known_abbreviations() -> frozenset[str]:
    """Return the abbreviations of the table, folded, without hyphens."""
    return frozenset(_written_out())


@functools.cache
def teencode() -> dict[str, str]:
    """Return what is typed in chats (`ko`, `dc`, `ntn`) -> what it means."""
    return {typed: meant for typed, meant, *_ in rows("teencode")}


def spell_out(text: str) -> str:
    """Return `text` with teencode replaced by words; a capitalised word (`K`, `J`) is left, it may be a name."""
    table = teencode()
    return (
        " ".join(table.get(word.strip("?!.,").lower(), word) if word == word.lower() else word for word in text.split())
        if words(text)
        else text
    )
