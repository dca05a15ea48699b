"""What a person typed (and asked before) -> Question: what is asked for, about what, when.

The kind is told by a small linear model over folded syllables and their pairs and triples (training/kinds.py), so that
`ai chu tri` and `do đồng chí nào chủ trì` come out the same; what a rule can say for certain, a rule says.
"""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.errors import ReaderModelError
from retrieval.vietnamese import dates
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.keystrokes import decode
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.terms import Terms, terms
from retrieval.vietnamese.text import clean, fold, folds, tokens

KINDS = (
    "attendee", "chair", "conclusion", "limitation", "number", "task", "what", "when", "where", "who", "why",
)  # fmt: skip
"""Kinds the model tells apart, in the order of its columns."""
ASKING = tuple(
    tuple(words.split())
    for words in "bao nhieu|the nao|ra sao|lam gi|khi nao|o dau|vi sao|tai sao|nhung ai|nhung gi|nao|ai|gi|dau|may|sao|j".split("|")
)  # fmt: skip
"""The words whose place in a question its answer takes, the longer ones first."""
LONGEST = 2_000
"""Characters of a question that are read."""
_AROUND_CUE = 3
"""Syllables on either side of the words that ask which are kept with them."""

_MODEL = Path(__file__).parent / "models" / "kinds.json"
_YES_NO = ("dung khong", "co phai", "phai khong", "co dung", "dung ko", "hay khong", "co khong", "chua a", "khong nhi")
_CHAIR = ("chu tri", "chu toa", "dieu hanh", "dong chu tri")


@dataclass(frozen=True, slots=True)
class Cue:
    """The words by which a question asks: their label, and the syllables on either side, in order."""

    label: str = "none"
    word: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The syllable just before: `huyện` nào."""
        return self.before[-1] if self.before else ""

    @property
    def unit(self) -> str:
        """The syllable just after: bao nhiêu `hộ`."""
        return self.after[0] if self.after else ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, understood. `asked` is what was typed, raw keystrokes spelt, slips mended; `text` what is searched for, the one before included."""

    typed: str
    """What was typed, cleaned, as it goes back to the person."""
    asked: str
    text: str
    terms: Terms
    own_terms: Terms
    """The terms of this question alone."""
    syllables: tuple[str, ...]
    """Its folded syllables as typed, chat spellings written out; no term added."""
    asking: tuple[str, ...]
    """The same, but that none looks like a word that asks which is none: `dẫn đầu` keeps its diacritics."""
    asked_for: tuple[str, ...]
    """`asking` of the words that say what is wanted: its own, or those of the question before where it leaves that out."""
    kind: str
    kinds: tuple[float, ...]
    """Probability of each of `KINDS`."""
    cue: Cue
    whens: tuple[dates.When, ...]
    previous: str | None = None
    follows_up: bool = False
    elliptic: bool = False
    """Whether it leaves out what it asks for, so that the question before says it."""
    yes_no: bool = False
    province: str | None = None
    """The province that is meant where the question names none."""

    @property
    def points_back(self) -> bool:
        """Whether it speaks of a person named before: `ông ấy`, `ông đó`."""
        return self.follows_up and _PERSON_BEFORE.search(" ".join(self.syllables)) is not None

    @property
    def accented(self) -> bool:
        """Whether the question carries diacritics."""
        return self.own_terms.accented != self.own_terms.folded


def readable(typed: str) -> str:
    """Return what a person typed, cleaned and no longer than is read, raw keystrokes spelt."""
    return decode(clean(typed)[:LONGEST])


def understand(asked: str, previous: str | None = None, *, linked: bool = False, typed: str | None = None) -> Question:
    """Return what `asked` asks, in the light of the question before it. Pure; never raises on any text.

    With `linked` it is taken to lean on `previous` also where its words alone do not show it. `typed` is what was typed, where
    its slips have been mended.
    """
    typed_ = clean(typed if typed is not None else asked)[:LONGEST]
    asked = readable(asked)
    before = readable(previous) if previous else None
    spelt = spell_out(asked)
    own = terms(spelt)
    syllables, asks = folds(spelt), asking(spelt)
    follows = before is not None and (linked or is_follow_up(syllables))
    text = f"{spell_out(before)} {spelt}" if before and follows else spelt
    # `Còn Hội Nông dân thì sao?` asks for what was asked before: its own words do not say.
    elliptic = bool(before and follows and is_elliptic(asks))
    asked_for = _last_asking(spell_out(before)) if before and elliptic else asks
    kinds = kind_probabilities(asked_for)
    folded = " ".join(asks)
    kind = _certain_kind(folded) if not elliptic else None
    if kind is None:
        kind = KINDS[max(range(len(KINDS)), key=lambda i: kinds[i])]
    return Question(
        typed=typed_,
        asked=asked,
        text=text,
        terms=terms(text) if follows else own,
        own_terms=own,
        syllables=tuple(syllables),
        asking=tuple(asks),
        asked_for=tuple(asked_for),
        kind=kind,
        kinds=kinds,
        cue=find_cue(asked_for),
        whens=tuple(dates.find(text)),
        previous=before,
        follows_up=follows,
        elliptic=elliptic,
        yes_no=any(phrase in folded for phrase in _YES_NO)
        and not any(w in folded for w in (" gi ", "bao nhieu", " ai ")),
    )


def _last_asking(before: str) -> list[str]:
    """Return the syllables of the last of the turns `before` that says what it asks for; all where none does."""
    turns = [asking(turn) for turn in before.split("?")]
    return next((turn for turn in reversed(turns) if turn and not is_elliptic(turn)), asking(before))


_ASKING = {fold(word): word for word in "đâu mấy gì nào sao ai".split()}


def asking(text: str) -> list[str]:
    """Return the folded syllables of `text`; what is written otherwise than the word that asks keeps its diacritics: `đầu` is not `đâu`."""
    found = tokens(text)
    return [t.norm if t.fold in _ASKING and t.norm not in {t.fold, _ASKING[t.fold]} else t.fold for t in found]


_WHO = r"(?:nhung ai|ai|nguoi nao|vi nao|nhung vi nao|dong chi nao|lanh dao nao|co nhung ai|gom ai|gom nhung ai)"
_SOMEBODY = r"(?:(?:ong|ba|dong chi|anh|chi) )?(?:(?!(?:hop|hoi|nghi|buoi|phien|cuoc|yeu|nao|gi|ai)\b)\w+ ){2,5}"
"""A name, folded, as it may stand before what somebody did."""
_WHETHER_CHAIRED = (
    rf"\bco (?:phai|dung) (?:la )?{_SOMEBODY}chu (?:tri|toa)\b|^{_SOMEBODY}chu (?:tri|toa)\b.*\b(?:phai|dung) khong$"
)
_CERTAIN = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("chair", rf"\b{_WHO}\b.*\b(?:chu tri|chu toa)\b|\b(?:chu tri|chu toa)\b.*\b{_WHO}$|^nguoi chu tri\b"),
        ("chair", _WHETHER_CHAIRED),
        (
            "attendee",
            rf"^(?:the |con |vay )?{_WHO} (?:da |cung )?(?:du|tham du|co mat|den du|toi du)\b|\b(?:du|tham du)\b.* (?:co|gom) (?:nhung )?ai$",
        ),
        ("limitation", r"\b(?:han che|ton tai|yeu kem|khuyet diem)\b.*\b(?:gi|nao)\b"),
        ("when", r"\b(?:khi nao|ngay nao|hom nao|bao gio|luc nao|ngay may|may gio)\b"),
    )
)


def _certain_kind(folded: str) -> str | None:
    """Return the kind that a phrase of the question settles, None where the model decides."""
    return next((kind for kind, pattern in _CERTAIN if pattern.search(folded)), None)


FEWEST = 3
"""Syllables up to which a question cannot stand alone: `Ai dự?`, `khi nào?`."""
_FOLLOW_UP_STARTS = (
    "con",
    "the con",
    "the",
    "vay",
    "vay con",
    "rieng",
    "them",
    "ngoai ra",
    "ong ay",
    "ba ay",
    "ho",
    "trong do",
)
_PRONOUNS = (
    "ong ay", "ba ay", "anh ay", "chi ay", "ong nay", "ba nay", "ong do", "ba do", "nguoi nay", "nguoi do", "viec nay",
    "viec do", "vu nay", "vu do", "hoi nghi nay", "hoi nghi do", "cuoc hop nay", "cuoc hop do", "du an nay", "du an do",
    "o do", "luc do", "hom do", "khi do", "buoi do", "buoi nay", "noi do", "don vi nay", "cong ti nay", "tinh nay", "huyen nay",
    "thi sao", "chuyen do", "chuyen nay", "noi dung do", "noi dung nay",
)  # fmt: skip


LOCAL_SERVICE = re.compile(
    r"\b(?:(?:cup|mat|cat|ngung|co) (?:dien|nuoc)|(?:cup|cat) dien nuoc|lich (?:tiem|cat dien|cup dien|cat nuoc)|thoi tiet|ngap|tac duong"
    r"|cam duong|nghi hoc|co mua (?:khong|to)|troi mua|mua to|co bao (?:khong|so)|bao so \d+)\b"
)
"""What is asked of a place and a day: power, water, the weather. Such a question begins a subject."""
_PERSON_BEFORE = re.compile(
    r"\b(?:ong|ba|anh|chi|nguoi|vi|dong chi) (?:ay|nay|do|kia)\b|\b(?:giu|lam) chuc\b|^chuc|\b(?:van|con)(?: dang)? (?:lam|giu)\b"
)


def asks_whether_chaired(question: Question) -> bool:
    """Tell whether the question asks whether somebody chaired: `có phải ông Mùa A Sơn chủ trì … không`."""
    return question.yes_no and re.search(_WHETHER_CHAIRED, " ".join(question.asking)) is not None


def is_follow_up(folded: list[str]) -> bool:
    """Tell whether a question leans on the one before: `còn … thì sao`, a pronoun, or too few words to stand alone."""
    text = " ".join(folded)
    return (
        len(folded) <= FEWEST
        or any(text == start or text.startswith(start + " ") for start in _FOLLOW_UP_STARTS)
        or any(f" {pronoun} " in f" {text} " for pronoun in _PRONOUNS)
    )


def is_elliptic(asks: list[str]) -> bool:
    """Tell whether a follow-up leaves out what it asks for: it has no word that asks but `thì sao`."""
    text = " ".join(asks)
    if text.endswith("thi sao") or (text.endswith("the nao") and len(asks) <= 8):
        return True
    return find_cue(asks).label == "none"


@functools.cache
def _cues() -> dict[str, list[tuple[tuple[str, ...], str, int]]]:
    """Return first syllable -> [(phrase, label, place in the table)]; the table's longer phrases come first."""
    phrases = sorted(
        ((tuple(p.split()), label) for p, label in rows("question_words")), key=lambda entry: -len(entry[0])
    )
    table: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
    for place, (phrase, label) in enumerate(phrases):
        table.setdefault(phrase[0], []).append((phrase, label, place))
    return table


def find_cue(asks: Sequence[str]) -> Cue:
    """Return the words by which the syllables of `asking` ask: the longest phrase of the table, the last one among equals."""
    words = tuple(asks)
    found = [
        (place, -at, phrase, label)
        for at, word in enumerate(words)
        for phrase, label, place in _cues().get(word, ())
        if words[at : at + len(phrase)] == phrase
    ]
    if not found:
        return Cue()
    _, at, phrase, label = min(found)
    end = -at + len(phrase)
    # What stands beside it is looked for in sentences, which are folded.
    before, after = words[max(0, -at - _AROUND_CUE) : -at], words[end : end + _AROUND_CUE]
    return Cue(label, "_".join(phrase), tuple(map(fold, before)), tuple(map(fold, after)))


def kind_features(asks: Sequence[str]) -> set[str]:
    """Return what the kind model looks at, of the syllables of `asking`: syllables, pairs, triples, and the first two syllables."""
    found = set(asks)
    found.update("_".join(asks[i : i + n]) for n in (2, 3) for i in range(len(asks) - n + 1))
    found.update(f"^{i}:{w}" for i, w in enumerate(asks[:2]))
    cue = find_cue(asks)
    found.update((f"cue:{cue.label}", f"cue:{cue.word}<{cue.head}", f"cue:{cue.word}>{cue.unit}"))
    return found


def kind_probabilities(asks: Sequence[str]) -> tuple[float, ...]:
    """Return the probability of each of `KINDS`, of the syllables of `asking`."""
    bias, rows_, weights = _model()
    scores = bias + weights[[rows_[f] for f in kind_features(asks) if f in rows_]].sum(axis=0)
    exponentials = np.exp(scores - scores.max())
    return tuple((exponentials / exponentials.sum()).tolist())


@functools.cache
def _model() -> tuple[npt.NDArray[np.float64], dict[str, int], npt.NDArray[np.float64]]:
    """Return the bias of each kind, the row of each feature, and the weights (features, kinds)."""
    try:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        if tuple(model["kinds"]) != KINDS:
            raise ValueError("it knows other kinds")
        weights = model["weights"]
        return np.array(model["bias"]), {f: i for i, f in enumerate(weights)}, np.array(list(weights.values()))
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{_MODEL} cannot be used ({error})", mend="Reinstall tintinh") from error
