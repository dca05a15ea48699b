"""What was read -> the reply as the contract has it: an answer, a refusal with its reason, or a question back.

The elapsed time is not known here: whoever asked for the reply fills it in.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from retrieval.answers.compose import Composed, Composer
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.naming import Slip, only_names, perhaps, renamed
from retrieval.answers.sentences import FEATURES
from retrieval.answers.types import Answer, NotFound, Reason, Suggestion
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese.dates import local_day
from retrieval.vietnamese.levels import places
from retrieval.vietnamese.places import Renamings, other_names

LEAST_COVERAGE = 0.45
"""Below this share of the question (by rarity) in the best article, the corpus has no article on it."""
_ARTICLE_COVERAGE = FEATURES.index("article_coverage")
_NO_SUBJECT = frozenset({"smalltalk", "invalid", "emergency", "needs_clarification"})
"""Reasons of refusals after which the talk goes on where it was."""
_CARRIED = 400
"""Characters of a talk that the next question may lean on."""
_LONGEST_NOTICE = 400
"""Characters of a correction that are shown with what it corrects."""
_CODE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters of an answer's short code; none that are mistaken for one another."""
TWO_PLACES = "Tin Tỉnh không tự tính tỷ lệ tăng, giảm giữa hai địa bàn khác nhau."


class Replies:
    """Makes the replies of one generation."""

    def __init__(self, generation: Generation, composer: Composer, communes: Renamings) -> None:
        self._generation = generation
        self._composer = composer
        self._communes = communes

    def answer(self, question: Question, composed: Composed, confidence: float, kind: str | None = None) -> Answer:
        """Return the answer that `composed` makes to `question`."""
        return Answer(
            id=code(),
            question=question.typed,
            text=composed.text,
            items=composed.items,
            citations=composed.citations,
            kind=kind or ("yes_no" if question.yes_no else question.kind),
            interpretation=interpretation(question),
            confidence=confidence,
            generation=self._generation.id,
            data_until=self._generation.data_until,
            elapsed_ms=0.0,
            carried=carried(question),
            note=self._with_notices(composed),
            next_skip=composed.next_skip,
        )

    def _with_notices(self, composed: Composed) -> str | None:
        """Return the note of an answer, and of each article it cites the notices that correct it."""
        notes = [composed.note] if composed.note else []
        for citation in composed.citations:
            row = self._generation.row(citation.article_id) if self._generation.notices else None
            for notice in self._generation.notices.get(-1 if row is None else row, ()):
                article = self._generation.article(notice)
                day = f" ngày {local_day(article.published_at.isoformat())}" if article.published_at else ""
                notes.append(
                    f"Bài “{citation.title}” có đính chính{day}: {' '.join(self._generation.unheld(article, article.text).split())[:_LONGEST_NOTICE]}"
                )
        return "\n".join(dict.fromkeys(notes)) or None

    def refusal(self, question: Question, context: Context | None, drafts: Sequence[Draft]) -> NotFound:
        """Return the refusal where nothing answers, with what is near, and the other names of a commune or province it names."""
        suggestions = self._composer.suggestions(context, drafts) if context else ()
        covered = float(context.features[:, _ARTICLE_COVERAGE].max()) if context and len(context.features) else 0.0
        reason: Reason = "article_silent" if covered >= LEAST_COVERAGE else "no_article"
        text = refusal_text(reason, self._generation.data_until, below=bool(suggestions))
        if compares(question):
            text = f"{text} {TWO_PLACES}"
        # A commune is the nearer one: where one is told of, its province is not what was misnamed.
        renamed = self._communes.other_names(question.asked) or other_names(question.asked)
        if not renamed:
            return self.not_found(question, reason, text, suggestions)
        # Never answered in silence: what is true of the part need not be true of the whole.
        told = ". ".join(dict.fromkeys(r.says for r in renamed))
        choices = {
            f"Hỏi với tên {r.other}": question.asked[: r.start] + r.other + question.asked[r.end :] for r in renamed
        }
        refused = self.not_found(question, reason, f"{text} {told}.", suggestions)
        return replace(refused, choices=tuple(choices), questions=tuple(choices.values()))

    def not_found(
        self, question: Question, reason: Reason, reply: str, suggestions: tuple[Suggestion, ...] = ()
    ) -> NotFound:
        """Return the refusal with this reason and these words."""
        return NotFound(
            id=code(),
            question=question.typed,
            reason=reason,
            reply=reply,
            kind=question.kind,
            interpretation=interpretation(question),
            confidence=0.0,
            generation=self._generation.id,
            data_until=self._generation.data_until,
            elapsed_ms=0.0,
            carried=None if reason in _NO_SUBJECT else carried(question),
            suggestions=suggestions,
        )

    def choice(self, question: Question, reply: str, questions: dict[str, str]) -> NotFound:
        """Return the refusal that asks which of the labels of `questions` is meant."""
        asked = self.not_found(question, "needs_clarification", reply)
        return replace(asked, choices=tuple(questions), questions=tuple(questions.values()))

    def asked_back(self, question: Question, misspelt: Slip) -> NotFound:
        """Return the question whether a name much like the one that was typed is meant."""
        many = "Bạn trả lời bằng số nhé." if len(misspelt.near) > 1 else "Đúng thì bạn trả lời “đúng” nhé."
        alone = only_names(question, misspelt)
        questions = {
            name: f"{name} là ai?" if alone else renamed(question.asked, misspelt.typed, name) for name in misspelt.near
        }
        return self.choice(question, f"{perhaps(misspelt)} {many}", questions)


def compares(question: Question) -> bool:
    """Tell whether the talk named two places and asks now by how much the one is more."""
    changes = re.search(r"\b(?:tang|giam|chenh|hon|gap) (?:len |di )?(?:may|bao nhieu)\b", " ".join(question.syllables))
    return changes is not None and len(set(places(question.text))) > 1


def refusal_text(reason: Reason, data_until: str | None, *, below: bool = False) -> str:
    """Return what a refusal says to the person who asked; `below` where passages that may be related stand below it."""
    until = f" (đến {local_day(data_until)})" if data_until else ""
    if reason == "no_article":
        return (
            f"Các bài Tin Tỉnh đang có{until} chưa có bài nào nói về việc này. "
            "Bạn thử hỏi kèm tên người, tên cơ quan, địa phương hoặc ngày nhé."
        )
    return (
        f"Các bài Tin Tỉnh đang có{until} chưa nói về chi tiết bạn hỏi. "
        f"Bạn thử hỏi cách khác{', hoặc xem đoạn có thể liên quan bên dưới' if below else ' nhé'}."
    )


def interpretation(question: Question) -> str | None:
    """Return how a follow-up, raw keystrokes or slips were understood: `Hiểu là: <the question before> → <this one>`."""
    if question.follows_up and question.previous:
        return f"Hiểu là: {question.previous} → {question.asked}"
    return f"Hiểu là: {question.asked}" if question.asked != question.typed else None


def carried(question: Question) -> str:
    """Return what the next question may lean on: this one, after the one it leaned on itself."""
    if not question.follows_up or not question.previous:
        return question.asked
    # The mark tells the turns apart: `còn hội phụ nữ?` asks what the last of them asked.
    return f"{question.previous.rstrip(' ?')}? {question.asked}"[-_CARRIED:]


def code() -> str:
    """Return a short code, of 28 bits and more, by which an answer is found again."""
    return "".join(secrets.choice(_CODE) for _ in range(6))
