"""What was read -> what is replied: an answer, a refusal with its reason, or a question back.

The elapsed time is not known here: whoever asked for the reply fills it in.
"""

import datetime as dt
import functools
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from retrieval.answers import biography, verdicts
from retrieval.answers.compose import Composed, Composer
from retrieval.answers.context import Context
from retrieval.answers.coordination import asks_coordination, coordinating
from retrieval.answers.drafts import Draft
from retrieval.answers.listing import asked_list, meetings
from retrieval.answers.naming import Slip, only_names, slip
from retrieval.answers.offices import Holder, Office, asked_office, holders, seat_name, terms_of
from retrieval.answers.premise import broken_premise, covers, of_place
from retrieval.answers.reading import Reading
from retrieval.answers.sentences import FEATURES
from retrieval.answers.statements import phrase_asked, statement
from retrieval.answers.today import WHICH_PLACE, earlier, lacks_place, years_asked
from retrieval.answers.types import Answer, NotFound, Reason, Reply, Suggestion
from retrieval.directory import Directory, Name
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese.dates import When, around_today
from retrieval.vietnamese.levels import places
from retrieval.vietnamese.places import other_names
from retrieval.vietnamese.text import folds

LEAST_COVERAGE = 0.45
"""Below this share of the question (by rarity) in the best article, the corpus has no article on it."""
RULED = 0.3
"""Share of the refusal threshold for an answer whose assignee or list of people a rule matched wholly."""
_NO_SUBJECT = frozenset({"smalltalk", "invalid", "emergency", "needs_clarification"})
"""Reasons of refusals after which the talk goes on where it was."""
_MOST_HOLDERS = 4
_CARRIED = 400
"""Characters of a talk that the next question may lean on."""
_CODE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters of an answer's short code; none that are mistaken for one another."""


NO_VERDICT = (
    "Tin Tỉnh không trả lời có hay không về tội trạng, kỷ luật hay đời tư của một người. "
    "Trên đây là điều bài báo thuật lại, theo ngày của bài; sự việc có thể đã chuyển sang bước khác."
)
NO_RULING = (
    "Tin Tỉnh không trả lời có hay không về tội trạng, kỷ luật hay đời tư của một người. "
    "Các bài đang có không dẫn kết luận của cơ quan nào về {name} trong việc này."
)
NO_INFERENCE = (
    "Tin Tỉnh không suy ra ai có tội hay không: chỉ cơ quan có thẩm quyền kết luận điều đó. "
    "Các bài đang có nói gì thì Tin Tỉnh đã dẫn nguyên văn, kèm ngày của bài."
)


TWO_PLACES = "Tin Tỉnh không tự tính tỷ lệ tăng, giảm giữa hai địa bàn khác nhau."


class Replies:
    """Makes the replies of one generation."""

    def __init__(self, generation: Generation, province: str | None = None) -> None:
        self._generation = generation
        self._composer = Composer(generation)
        self._province = province

    @functools.cached_property
    def _directory(self) -> Directory:
        return Directory(self._generation)

    def read(self, question: Question, context: Context, reading: Reading, today: dt.date) -> Reply:
        """Return the reply to `question`, asked `today`, from what was read in the articles found."""
        asked_day = around_today(question.text, today)
        if asked_day is not None and lacks_place(question):
            # What is said next, a commune, goes on with this question.
            return replace(self.not_found(question, "needs_clarification", WHICH_PLACE), carried=carried(question))
        if asked_day is not None and (years := years_asked(question)):
            return self._of_year(question, context, asked_day, years)
        reply = self._any_day(question, context, reading)
        if asked_day is None or not reading.drafts or covers(context, reading.drafts[0], asked_day):
            return reply
        on_it = isinstance(reply, Answer) or reply.reason == "article_silent"
        return self._not_now(question, context, reading, asked_day) if on_it else reply

    def _any_day(self, question: Question, context: Context, reading: Reading) -> Reply:
        """Return the reply, of whatever day the articles are."""
        if verdicts.asks_verdict(question):
            person = verdicts.named(question, self._directory) or _half_named(context)
            if person is not None or verdicts.infers(question) or biography.half_named(context):
                return self.verdict(question, context, person)
        misspelt = slip(question, self._generation, self._directory)
        if biography.asks_role(question) and (told := self.role(question, context, reading, misspelt)) is not None:
            return told
        if asks_coordination(question) and (listed := coordinating(context)) is not None:
            candidate, bodies = listed
            composed = self._composer.lines(context, [(candidate, *body) for body in bodies], None)
            if composed is not None:
                return self.answer(question, composed, reading.confidence, kind="who")
        if (spoken := self._speaker(question, context, reading)) is not None:
            return spoken
        return self._from_drafts(question, context, reading, misspelt)

    def _not_now(self, question: Question, context: Context, reading: Reading, asked_day: When) -> NotFound:
        """Return that no article tells of the day, or the week, asked for; what is near is shown with its date, as such."""
        phrase = question.text[asked_day.start : asked_day.end]
        day = _local_day(asked_day.since.isoformat()) if asked_day.since else phrase
        published = context.articles[reading.drafts[0].candidate.hit].published_at
        near = f"ngày {_local_day(published.isoformat())}" if published else "không rõ ngày"
        reply = (
            f"Tin Tỉnh không có bài nào nói về {phrase} ({day}). Bài gần nhất là bài {near}, không áp dụng cho {phrase}. "
            "Bạn hỏi cơ quan liên quan để biết thông tin mới nhất nhé."
        )
        suggestions = self._composer.suggestions(context, reading.drafts)
        return self.not_found(question, "article_silent", reply, suggestions)

    def _of_year(self, question: Question, context: Context, asked_day: When, years: frozenset[int]) -> NotFound:
        """Return what articles of `years` tell on a question about today: shown with its date, and as not of today."""
        found = earlier(context, years)
        when = ", ".join(map(str, sorted(years)))
        day = context.articles[found.hit].published_at if found else None
        if found is None or day is None:
            reply = f"Các bài Tin Tỉnh đang có không có bài nào của năm {when} nói về việc này."
            return self.not_found(question, "article_silent", reply)
        phrase = question.text[asked_day.start : asked_day.end]
        reply = f"Đoạn dưới đây là của bài ngày {_local_day(day.isoformat())}, không áp dụng cho {phrase}."
        return self.not_found(question, "article_silent", reply, (self._composer.suggestion(context, found),))

    def _speaker(self, question: Question, context: Context, reading: Reading) -> Answer | None:
        """Return who said the words that the question quotes; None where it quotes none, or no article tells."""
        phrase = phrase_asked(question)
        said = statement(context, phrase) if phrase else None
        composed = self._composer.statement(context, said) if said is not None else None
        return self.answer(question, composed, reading.answerable, kind="statement") if composed else None

    def _from_drafts(self, question: Question, context: Context, reading: Reading, misspelt: Slip | None) -> Reply:
        """Return the answer that the drafts give; where they do not, or must not, why."""
        drafts = of_place(context, reading.drafts)
        if not drafts and reading.drafts:
            text = refusal_text("article_silent", self._generation.data_until)
            return self.not_found(question, "article_silent", text, self._composer.suggestions(context, reading.drafts))
        reading = replace(reading, drafts=drafts)
        broken = broken_premise(context, drafts[0]) if drafts else None
        only_named = misspelt is not None and only_names(question, misspelt)
        if drafts and broken is None and not only_named and reading.answerable >= _threshold(reading):
            composed = self._composer.compose(question, context, reading)
            if composed is not None:
                if misspelt:
                    composed = replace(composed, note=_perhaps(misspelt))
                return self.answer(question, composed, reading.confidence)
        if misspelt is not None:
            return self.asked_back(question, misspelt)
        if broken is not None and broken[1]:
            return self.not_found(question, broken[0], broken[1], self._composer.suggestions(context, drafts))
        return self.refusal(question, context, drafts)

    def listed(self, question: Question, skip: int) -> Reply | None:
        """Return a page of the meetings whose list is asked for, or that the articles tell of none; None where no list is."""
        listing = asked_list(question, self._directory)
        if listing is None:
            return None
        found = meetings(listing, self._generation, self._directory)
        composed = self._composer.meetings([m for m in found if listing.covers(m)], skip)
        if composed is not None:
            return self.answer(question, composed, 1.0, kind="list")
        undated = sum(m.day is None for m in found)
        when = f" năm {listing.year}" if listing.year else ""
        rest = (
            f" Có {undated} cuộc không rõ ngày; bạn hỏi lại không kèm năm để xem." if undated and listing.year else ""
        )
        reply = f"Các bài Tin Tỉnh đang có không kể cuộc họp nào do {self._directory.written(listing.name)} chủ trì{when}.{rest}"
        return self.not_found(question, "article_silent", reply)

    def office(self, question: Question) -> Reply | None:
        """Return who holds the office that is asked for, or held it; None where none is asked for, or no article tells."""
        office = asked_office(question)
        found = holders(office, self._generation) if office else []
        if office is None or not found:
            return None
        seats = list(dict.fromkeys(h.seat for h in found if h.seat and not h.former))
        own = [s for s in seats if self._province and folds(self._province) == folds(seat_name(s))]
        if len(seats) > 1 and not own:
            return self._which_seat(question, found, seats)
        return self._tenure(question, office, terms_of([h for h in found if not own or h.seat in (*own, None)]))

    def _tenure(self, question: Question, office: Office, terms: Sequence[Sequence[Holder]]) -> Reply:
        """Return who of `terms` is asked for: of a year, before the newest, or the newest, as of which article."""
        when = ""
        if office.years:
            when = "năm " + ", ".join(map(str, sorted(office.years)))
            chosen = [next((h for h in term if h.day and h.day.year in office.years and not h.former), None) for term in terms]
        elif office.single and office.back:
            return self._held_before(question, office, terms)
        elif office.single and terms[0][0].day is not None:
            chosen = [next((h for h in terms[0] if not h.former), terms[0][0])]
        else:
            # Several deputies, or articles of which nobody knows which is the newest.
            chosen = [term[0] for term in terms if office.single or not term[0].former][:_MOST_HOLDERS]
        return self._held(question, [h for h in chosen if h is not None], when)

    def _held(self, question: Question, found: Sequence[Holder], when: str) -> Reply:
        """Return the answer that names `found`, or that no article tells who held the office `when`."""
        days = [h.day for h in found]
        told = "bài không rõ ngày" if not days or days[0] is None else f"bài ngày {_local_day(days[0].isoformat())}"
        if len(found) > 1:
            told = "từng bài được dẫn" if all(days) else "từng bài được dẫn, có bài không rõ ngày"
        note = f"Chức vụ ghi theo {told}" + ("." if when else ", đến nay có thể đã thay đổi.")
        if any(h.former for h in found):
            note = f"Theo {told}, đây là người từng giữ chức; các bài đang có không cho biết ai kế nhiệm."
        composed = self._composer.holders(found, note)
        if composed is not None:
            return self.answer(question, composed, 1.0, kind="who")
        reply = f"Các bài Tin Tỉnh đang có không cho biết ai giữ chức này {when or 'hiện nay'}."
        return self.not_found(question, "article_silent", reply)

    def _held_before(self, question: Question, office: Office, terms: Sequence[Sequence[Holder]]) -> Reply:
        """Return who held the office before the newest holder, with the days of the articles that say so."""
        if office.back >= len(terms):
            reply = "Các bài Tin Tỉnh đang có không cho biết ai giữ chức này trước đó."
            return self.not_found(question, "article_silent", reply)
        term = terms[office.back]
        days = sorted(h.day for h in term if h.day and not h.former)
        left = [h.day for h in term if h.former and h.day]
        told = [f"{_between(days[0], days[-1])} ghi giữ chức"] if days else []
        told += [f"bài ngày {_local_day(min(left).isoformat())} ghi là nguyên chức vụ này"] if left else []
        note = f"Theo các bài đang có: {'; '.join(told)}." if told else "Theo bài không rõ ngày."
        shown = next((h for h in term if not h.former), term[0])
        composed = self._composer.holders([shown], note)
        return self.answer(question, composed, 1.0, kind="who") if composed else self.refusal(question, None, ())

    def _which_seat(self, question: Question, found: Sequence[Holder], seats: Sequence[str]) -> NotFound:
        """Return the question of which place the office is meant."""
        questions: dict[str, str] = {}
        for place in seats[:_MOST_HOLDERS]:
            holder = next(h for h in found if h.seat == place and not h.former)
            role = self._generation.article(holder.article).text[slice(*holder.role)]
            named = role if folds(seat_name(place))[-1] in folds(role) else f"{role} {seat_name(place)}"
            questions[f"{role} – {place}" if named != role else role] = f"{named} là ai?"
        return self._choice(question, "Các bài Tin Tỉnh đang có nhắc chức vụ này ở nhiều nơi. Bạn hỏi nơi nào? Bạn trả lời bằng số nhé.", questions)

    def verdict(self, question: Question, context: Context, person: Name | None) -> Reply:
        """Return what articles tell that authorities said of `person`, never yes or no; a refusal where they tell nothing."""
        if verdicts.infers(question):
            return self.not_found(question, "article_silent", NO_INFERENCE)
        if person is None:
            return self.not_found(question, "article_silent", NO_RULING.format(name="người này"))
        told = [(c, 0, len(c.sentence.tokens) - 1) for c in verdicts.told(context, person)]
        composed = self._composer.lines(context, told, NO_VERDICT)
        if composed is None:
            return self.not_found(question, "article_silent", NO_RULING.format(name=self._directory.written(person)))
        return self.answer(question, composed, 1.0, kind="yes_no")

    def role(self, question: Question, context: Context, reading: Reading, misspelt: Slip | None) -> Reply | None:
        """Return who a person is, or which of several people is meant; None where no article tells."""
        half = biography.half_named(context)
        found = biography.namesakes(context, half[1]) if half else biography.roles(context)
        if half is None or len(found) < 2:
            composed = self._composer.roles(context, found)
            if composed is not None:
                return self.answer(question, composed, reading.answerable)
            return self.asked_back(question, misspelt) if misspelt else None
        texts = [context.articles[r.candidate.hit].text for r in found]
        named = [(text[slice(*r.name)], text[slice(*r.role)]) for text, r in zip(texts, found, strict=True)]
        return self._choice(
            question,
            f"Các bài Tin Tỉnh đang có nhắc {len(named)} người tên {half[1]}. Bạn hỏi ai? Bạn trả lời bằng số nhé.",
            {f"{name} – {role}": _renamed(question.asked, " ".join(half), name) for name, role in named},
        )

    def asked_back(self, question: Question, misspelt: Slip) -> NotFound:
        """Return the question whether a name much like the one that was typed is meant."""
        many = "Bạn trả lời bằng số nhé." if len(misspelt.near) > 1 else "Đúng thì bạn trả lời “đúng” nhé."
        alone = only_names(question, misspelt)
        questions = {
            name: f"{name} là ai?" if alone else _renamed(question.asked, misspelt.typed, name)
            for name in misspelt.near
        }
        return self._choice(question, f"{_perhaps(misspelt)} {many}", questions)

    def _choice(self, question: Question, reply: str, questions: dict[str, str]) -> NotFound:
        """Return the refusal that asks which of the labels of `questions` is meant."""
        asked = self.not_found(question, "needs_clarification", reply)
        return replace(asked, choices=tuple(questions), questions=tuple(questions.values()))

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
            note=composed.note,
            next_skip=composed.next_skip,
        )

    def refusal(self, question: Question, context: Context | None, drafts: Sequence[Draft]) -> NotFound:
        """Return the refusal where nothing answers, with what is near, and the other names of a province it names."""
        suggestions = self._composer.suggestions(context, drafts) if context else ()
        covered = float(context.features[:, _ARTICLE_COVERAGE].max()) if context and len(context.features) else 0.0
        reason: Reason = "article_silent" if covered >= LEAST_COVERAGE else "no_article"
        text = refusal_text(reason, self._generation.data_until)
        if compares(question):
            text = f"{text} {TWO_PLACES}"
        renamed = other_names(question.asked)
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


def compares(question: Question) -> bool:
    """Tell whether the talk named two places and asks now by how much the one is more."""
    changes = re.search(r"\b(?:tang|giam|chenh|hon|gap) (?:len |di )?(?:may|bao nhieu)\b", " ".join(question.syllables))
    return changes is not None and len(set(places(folds(question.text)))) > 1


def _half_named(context: Context) -> Name | None:
    """Return the one person of the articles whom the question names by a syllable, `ông Tự`; None where there are none or several."""
    half = biography.half_named(context)
    found = biography.namesakes(context, half[1]) if half else []
    if len(found) != 1:
        return None
    return tuple(folds(context.articles[found[0].candidate.hit].text[slice(*found[0].name)]))


def _renamed(asked: str, typed: str, name: str) -> str:
    return re.sub(re.escape(typed), lambda _: name, asked, count=1, flags=re.IGNORECASE)


def _perhaps(misspelt: Slip) -> str:
    return f"Các bài Tin Tỉnh đang có không nhắc “{misspelt.typed}”. Có phải bạn hỏi {' hoặc '.join(misspelt.near)}?"


def _threshold(reading: Reading) -> float:
    """Return how sure the reader must be; less where a rule found the very body asked for, or the list of who was there."""
    draft = reading.drafts[0]
    sure = draft.typed is not None and draft.ruled and draft.typed.rule in {"task", "attendee"}
    return reading.threshold * (RULED if sure else 1.0)


def refusal_text(reason: Reason, data_until: str | None) -> str:
    """Return what a refusal says to the person who asked."""
    until = f" (đến {_local_day(data_until)})" if data_until else ""
    if reason == "no_article":
        return (
            f"Các bài Tin Tỉnh đang có{until} chưa có bài nào nói về việc này. "
            "Bạn thử hỏi kèm tên người, tên cơ quan, địa phương hoặc ngày nhé."
        )
    return (
        f"Các bài Tin Tỉnh đang có{until} chưa nói về chi tiết bạn hỏi. "
        "Bạn thử hỏi cách khác, hoặc xem đoạn có thể liên quan bên dưới."
    )


def interpretation(question: Question) -> str | None:
    """Return how a follow-up, or raw keystrokes, were understood: `Hiểu là: <the question before> → <this one>`."""
    if question.follows_up and question.previous:
        return f"Hiểu là: {question.previous} → {question.asked}"
    return f"Hiểu là: {question.asked}" if question.asked != question.typed else None


def carried(question: Question) -> str:
    """Return what the next question may lean on: this one, after the one it leaned on itself."""
    return f"{question.previous} {question.asked}"[-_CARRIED:] if question.follows_up else question.asked


def code() -> str:
    """Return a short code, of 28 bits and more, by which an answer is found again."""
    return "".join(secrets.choice(_CODE) for _ in range(6))


def _between(first: dt.date, last: dt.date) -> str:
    one, other = _local_day(first.isoformat()), _local_day(last.isoformat())
    return f"bài ngày {one}" if first == last else f"các bài từ {one} đến {other}"


def _local_day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


_ARTICLE_COVERAGE = FEATURES.index("article_coverage")
