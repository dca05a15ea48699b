"""Abbreviations both ways: `UBND` -> `ủy ban nhân dân`, and the syllables written out -> `ubnd`."""

import functools
import re
from collections.abc import Sequence

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import canonical_fold, folds, words

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
def _by_syllables() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return first syllable -> [(all syllables, abbreviation)], longest first; one- and two-letter ones left out.

    Two letters stand for too many things (`CT`, `TN`) to be worth a term, but for `TP`, `TX` and `TW`.
    """
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for abbreviation, text, *_ in rows("abbreviations"):
        parts = [canonical_fold(w) for w in _PARTS.findall(abbreviation)]
        if len(parts) != 1 or (len(parts[0]) < 3 and parts[0] not in {"tp", "tx", "tw"}):
            continue
        syllables = tuple(folds(text))
        if len(syllables) > 1:
            table.setdefault(syllables[0], []).append((syllables, parts[0]))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


def abbreviations_in(syllables: Sequence[str]) -> list[str]:
    """Return the abbreviations, folded, of what `syllables` (folded) write out; overlapping ones too."""
    table = _by_syllables()
    return [
        abbreviation
        for at, first in enumerate(syllables)
        if first in table
        for long, abbreviation in table[first]
        if tuple(syllables[at : at + len(long)]) == long
    ]


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
