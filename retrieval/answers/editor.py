"""What was asked and what was read -> how it is replied to: by a list, by who holds an office, by the drafts, or not at all."""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answers import biography, verdicts
from retrieval.answers.about import about
from retrieval.answers.compose import Composer, drafts_to_tell
from retrieval.answers.context import Context
from retrieval.answers.coordination import asks_coordination, coordinating
from retrieval.answers.drafts import Draft, behind_colon
from retrieval.answers.identity import Identities
from retrieval.answers.listing import asked_list, asks_by_topic, meetings
from retrieval.answers.naming import Slip, only_names, otherwise_written, perhaps, renamed, slip
from retrieval.answers.offices import of_office, seat_name
from retrieval.answers.posts import of_the_post
from retrieval.answers.premise import HALF, broken_premise, covers, telling_count, telling_what_is_said, telling_where
from retrieval.answers.reading import Reading
from retrieval.answers.replies import Replies, carried, refusal_text
from retrieval.answers.rivals import Rival, rivals
from retrieval.answers.sentences import SMALL_CORPUS
from retrieval.answers.statements import phrase_asked, statement
from retrieval.answers.tenure import Tenures
from retrieval.answers.today import WHICH_PLACE, earlier, lacks_place, years_asked
from retrieval.answers.triage import Turned
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.directory import Directory, Typed
from retrieval.questions import Question, asks_whether_chaired
from retrieval.snapshot import Generation
from retrieval.vietnamese import dates
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.dates import around_today, local_day, told_as
from retrieval.vietnamese.names import WHOLE_NAME, people
from retrieval.vietnamese.places import Renamings
from retrieval.vietnamese.text import folds

RULED = 0.3
"""Share of the refusal threshold for an answer whose assignee or list of people a rule matched wholly."""
NAMED_BY_FEW = 0.5
"""Of a small corpus no person is told on less than even odds: `Ai dẫn đầu đoàn công tác?` would name whoever spoke there. Of the invented province's
questions for a person, those with an answer are read with .86 and more, those without one with .46 and less."""
UNSURE = 0.5
"""The confidence from which an answer is as likely right as not; what is less sure is said to be."""
NOT_SURE = "Tin Tỉnh chưa chắc đây là điều bạn hỏi; bạn đọc đoạn trích trước khi dùng nhé."
NO_VERDICT = (
    "Tin Tỉnh không trả lời có hay không về tội trạng, kỷ luật hay đời tư của một người. "
    "Trên đây là điều bài báo thuật lại, theo ngày của bài; sự việc có thể đã chuyển sang bước khác."
)
NO_RULING = (
    "Tin Tỉnh không trả lời có hay không về tội trạng, kỷ luật hay đời tư của một người. "
    "Các bài đang có không dẫn kết luận của cơ quan nào về {name} trong việc này."
)
OTHERS_OF_NAME = "Các bài còn nhắc người khác cùng tên; bạn xem đoạn trích nói về ai."
OTHERWISE_WRITTEN = "Bài gần với câu hỏi ghi tên là “{written}”, không phải “{typed}”. Có phải bạn hỏi {written}? Đúng thì bạn trả lời “đúng” nhé."
NO_TOPIC_LIST = (
    "Tin Tỉnh liệt kê được các cuộc họp theo người chủ trì, chưa liệt kê được theo nội dung hay nơi họp. "
    "Bạn hỏi kèm tên người chủ trì, hoặc hỏi về một cuộc họp; đoạn gần với câu hỏi, nếu có, ở bên dưới."
)
NO_INFERENCE = (
    "Tin Tỉnh không suy ra ai có tội hay không: chỉ cơ quan có thẩm quyền kết luận điều đó. "
    "Các bài đang có nói gì thì Tin Tỉnh đã dẫn nguyên văn, kèm ngày của bài."
)


@dataclass(frozen=True)
class _FromToday:
    """A day or a span that a question names from today on, and how: `hôm qua`, `tháng trước`."""

    since: dt.date
    until: dt.date
    phrase: str


def _from_today(question: Question, today: dt.date) -> _FromToday | None:
    # What was asked before of today says nothing of a question that names its own matter.
    text = question.text if question.elliptic else spell_out(question.asked)
    when = around_today(text, today)
    if when is None or when.since is None or when.until is None:
        return None
    # `năm nay ông ấy bao nhiêu tuổi?` goes on with what was told of an article's year.
    if question.follows_up and when.until - when.since > _WEEK:
        return None
    return _FromToday(when.since, when.until, text[when.start : when.end].lower())


_WEEK = dt.timedelta(days=7)


class Editor:
    """Decides on the replies of one generation."""

    def __init__(self, generation: Generation, communes: Renamings) -> None:
        self._generation = generation
        self._composer = Composer(generation)
        self._make = Replies(generation, self._composer, communes)
        self._tenures = Tenures(generation, self._composer, self._make)

    @functools.cached_property
    def _directory(self) -> Directory:
        return Directory(self._generation)

    @functools.cached_property
    def _identities(self) -> Identities:
        return Identities(self._generation, self._directory, self._composer, self._make)

    def turned_away(self, question: Question, turned: Turned) -> NotFound:
        """Return the reply to what is no question to search for."""
        return replace(self._make.not_found(question, *turned), interpretation=None)

    def known(self, question: Question, skip: int) -> Reply | None:
        """Return what can be told without reading: a list of meetings (its first `skip` rows left out), who holds an office."""
        listed = self.listed(question, skip)
        office = self._tenures.office(question) if listed is None else None
        if office is None:
            return listed
        whose = self._identities.asked(question)
        # `Phó Chủ tịch UBND huyện Mùa A Sơn là ai?` asks for nobody else.
        named = whose is not None and whose.name is not None and not whose.tentative
        return None if named else office

    def nothing(self, question: Question) -> NotFound:
        """Return the refusal where no article was found."""
        return self._make.refusal(question, None, ())

    def read(self, question: Question, context: Context, reading: Reading, today: dt.date) -> Reply:
        """Return the reply to `question`, asked `today`, from what was read in the articles found."""
        asked_day = _from_today(question, today)
        if asked_day is not None and lacks_place(question):
            # What is said next, a commune, goes on with this question.
            return replace(
                self._make.not_found(question, "needs_clarification", WHICH_PLACE), carried=carried(question)
            )
        if asked_day is not None and (years := years_asked(question)):
            return self._of_year(question, context, asked_day, years)
        if asked_day is not None or (reading.further and not _may_be_told(context, reading.further[1])):
            reading = replace(reading, further=None)
        reply = self._as_written(question, self._any_day(question, context, reading))
        if (
            asked_day is None
            or not reading.drafts
            or covers(context, reading.drafts[0], asked_day.since, asked_day.until)
        ):
            return reply
        on_it = isinstance(reply, Answer) or reply.reason == "article_silent"
        return self._not_now(question, context, reading, asked_day) if on_it else reply

    def _as_written(self, question: Question, reply: Reply) -> Reply:
        """Return the reply; where the articles write a name with other diacritics than the question, it says how."""
        if not isinstance(reply, Answer):
            return reply
        rows = (self._generation.row(i) for i in dict.fromkeys(c.article_id for c in reply.citations))
        texts = (self._generation.article(row).text for row in rows if row is not None)
        written = otherwise_written(question, texts)
        if written is None:
            return reply
        if verdicts.alleges(question):
            # What is told of one is not told of another of nearly his name.
            return self._make.choice(
                question,
                OTHERWISE_WRITTEN.format(typed=written.typed, written=written.near[0]),
                {written.near[0]: renamed(question.asked, written.typed, written.near[0])},
            )
        said = f"Bài viết ghi là “{written.near[0]}”."
        return replace(reply, note=f"{reply.note} {said}" if reply.note else said)

    def _any_day(self, question: Question, context: Context, reading: Reading) -> Reply:
        """Return the reply, of whatever day the articles are."""
        if (apart := self._never_from_drafts(question, context, reading)) is not None:
            return apart
        misspelt = slip(question, self._generation, self._directory)
        whose = self._identities.asked(question)
        if whose is not None:
            told = self._identities.told(question, whose, context, reading, misspelt)
            if told is not None:
                return told
        known = self._coordinated(question, context, reading) or self._speaker(question, context, reading)
        if known is not None:
            return known
        reading = replace(reading, drafts=_chair_to_confirm(question, reading.drafts))
        fitting, lacking = about(context, reading.drafts, misspelt=misspelt is not None)
        if whose is not None and not whose.tentative and self._identities.names(question, whose, context):
            named = lacking is None or whose.name is not None
            return (
                self._identities.unknown(question, whose, context)
                if named
                else self._lacking(question, context, reading, lacking)
            )
        if reading.drafts and not fitting:
            return self._lacking(question, context, reading, lacking)
        return self._from_drafts(question, context, replace(reading, drafts=fitting), misspelt)

    def _never_from_drafts(self, question: Question, context: Context, reading: Reading) -> Reply | None:
        """Return the reply to what no draft may answer: a question for a verdict, for a list of meetings by what they are about; None else."""
        if asks_by_topic(question):
            suggestions = self._composer.suggestions(context, reading.drafts)
            return self._make.not_found(question, "article_silent", NO_TOPIC_LIST, suggestions)
        return self._ruling(question, context, reading) if verdicts.asks_verdict(question) else None

    def _ruling(self, question: Question, context: Context, reading: Reading) -> Reply | None:
        """Return the reply to a question for a verdict; None where it is about nobody, and nothing that was read tells one."""
        person = self._directory.typed(question.text) or _half_named(context)
        if person is not None or verdicts.infers(question) or biography.half_named(context):
            return self.verdict(question, context, person)
        # A name that answers whether somebody was punished would be a verdict, wherever it came from.
        tells = bool(reading.drafts) and verdicts.tells(reading.drafts[0].candidate.sentence)
        return self.verdict(question, context, None) if verdicts.of_an_office(question) or not tells else None

    def _lacking(self, question: Question, context: Context, reading: Reading, what: str | None) -> NotFound:
        """Return that no article tells of `what` the question names, or of its place or office; what is near is shown."""
        suggestions = self._composer.suggestions(context, reading.drafts)
        reply = refusal_text("article_silent", self._generation.data_until, below=bool(suggestions))
        if what is not None:
            reply = f"Trong các bài gần với câu hỏi, không bài nào nhắc “{what}”. Bạn kiểm tra lại giúp nhé."
        return self._make.not_found(question, "article_silent", reply, suggestions)

    def _not_now(self, question: Question, context: Context, reading: Reading, asked_day: _FromToday) -> NotFound:
        """Return that no article tells of the day, or the week, asked for; what is near is shown with its date, as such."""
        phrase, day = asked_day.phrase, told_as(asked_day.since, asked_day.until)
        published = context.articles[reading.drafts[0].candidate.hit].published_at
        near = f"ngày {local_day(published.isoformat())}" if published else "không rõ ngày"
        reply = (
            f"Tin Tỉnh không có bài nào nói về {phrase} ({day}). Bài gần nhất là bài {near}, không áp dụng cho {phrase}. "
            "Bạn hỏi cơ quan liên quan để biết thông tin mới nhất nhé."
        )
        suggestions = self._composer.suggestions(context, reading.drafts)
        return self._make.not_found(question, "article_silent", reply, suggestions)

    def _of_year(self, question: Question, context: Context, asked_day: _FromToday, years: frozenset[int]) -> NotFound:
        """Return what articles of `years` tell on a question about today: shown with its date, and as not of today."""
        found = earlier(context, years)
        when = ", ".join(map(str, sorted(years)))
        day = context.articles[found.hit].published_at if found else None
        if found is None or day is None:
            reply = f"Các bài Tin Tỉnh đang có không có bài nào của năm {when} nói về việc này."
            return self._make.not_found(question, "article_silent", reply)
        phrase = asked_day.phrase
        reply = f"Đoạn dưới đây là của bài ngày {local_day(day.isoformat())}, không áp dụng cho {phrase}."
        return self._make.not_found(
            question, "article_silent", reply, tuple(s for s in (self._composer.suggestion(context, found),) if s)
        )

    def _coordinated(self, question: Question, context: Context, reading: Reading) -> Answer | None:
        """Return the bodies that a task is to be coordinated with; None where they are not asked for, or no article tells."""
        listed = coordinating(context) if asks_coordination(question) else None
        if listed is None:
            return None
        candidate, bodies = listed
        composed = self._composer.lines(context, [(candidate, *body) for body in bodies], None)
        return self._make.answer(question, composed, reading.confidence, kind="who") if composed else None

    def _speaker(self, question: Question, context: Context, reading: Reading) -> Answer | None:
        """Return who said the words that the question quotes; None where it quotes none, or no article tells."""
        phrase = phrase_asked(question)
        said = statement(context, phrase) if phrase else None
        composed = self._composer.statement(context, said) if said is not None else None
        return self._make.answer(question, composed, reading.answerable, kind="statement") if composed else None

    def _from_drafts(self, question: Question, context: Context, reading: Reading, misspelt: Slip | None) -> Reply:
        """Return the answer that the drafts give; where they do not, or must not, why."""
        told = behind_colon(
            context, telling_count(context, telling_where(context, telling_what_is_said(context, reading.drafts)))
        )
        drafts = of_office(question, told, context.articles)
        if not drafts and reading.drafts:
            return self._lacking(question, context, reading, None)
        if drafts:
            first = of_the_post(context, drafts[0])
            drafts = (verdicts.of_whom_it_hits(context, first) or first, *drafts[1:])
        reading = replace(reading, drafts=drafts)
        if drafts and reading.answerable >= _threshold(context, reading):
            events = rivals(context, drafts[0].candidate.hit, _told_otherwise(question, context, drafts))
            home = [
                e
                for e in events
                if e.place and question.province and folds(seat_name(e.place)) == folds(question.province)
            ]
            if events and len(home) != 1:
                return self._which_event(question, context, home or events)
            if home:
                drafts = tuple(d for d in drafts if d.candidate.hit == home[0].hit)
                reading = replace(reading, drafts=drafts)
        broken = broken_premise(context, drafts[0]) if drafts else None
        only_named = misspelt is not None and only_names(question, misspelt)
        if drafts and broken is None and not only_named and reading.answerable >= _threshold(context, reading):
            composed = self._composer.compose(question, context, reading)
            if composed is not None:
                unsure = reading.by == "builtin" and reading.confidence < UNSURE
                alleged = not misspelt and verdicts.alleges(question) and self._names_somebody(question)
                notes = (
                    composed.note,
                    perhaps(misspelt) if misspelt else None,
                    verdicts.ALLEGED if alleged else None,
                    OTHERS_OF_NAME if alleged and self._has_namesake(question) else None,
                    NOT_SURE if unsure else None,
                )
                composed = replace(composed, note=" ".join(note for note in notes if note) or None)
                return self._make.answer(question, composed, reading.confidence)
        if misspelt is not None:
            return self._make.asked_back(question, misspelt)
        if broken is not None and broken[1]:
            return self._make.not_found(question, broken[0], broken[1], self._composer.suggestions(context, drafts))
        return self._make.refusal(question, context, drafts)

    def _has_namesake(self, question: Question) -> bool:
        name = self._directory.typed(question.asked, WHOLE_NAME)
        return name is not None and self._identities.others_of_name(name)

    def _names_somebody(self, question: Question) -> bool:
        return bool(people(question.asked) or self._directory.named(folds(question.asked), WHOLE_NAME))

    def _which_event(self, question: Question, context: Context, events: list[Rival]) -> NotFound:
        """Return the question which of several events is meant, each with its article's title."""
        choices = {
            f"{e.says} – {self._generation.unheld(context.articles[e.hit], context.articles[e.hit].title)}": _asked_of(
                question, e
            )
            for e in events
        }
        reply = "Có nhiều sự việc giống điều bạn hỏi. Bạn hỏi việc nào? Bạn trả lời bằng số nhé."
        return self._make.choice(question, reply, choices)

    def listed(self, question: Question, skip: int) -> Reply | None:
        """Return a page of the meetings whose list is asked for, or that the articles tell of none; None where no list is."""
        listing = asked_list(question, self._directory)
        if listing is None:
            return None
        found = meetings(listing, self._generation, self._directory)
        composed = self._composer.meetings([m for m in found if listing.covers(m)], skip)
        if composed is not None:
            return self._make.answer(question, composed, 1.0, kind="list")
        undated = sum(m.day is None for m in found)
        rest = (
            f" Có {undated} cuộc không rõ ngày; bạn hỏi lại không kèm thời gian để xem."
            if undated and listing.says
            else ""
        )
        reply = f"Các bài Tin Tỉnh đang có không kể cuộc họp nào do {self._directory.spelt(listing.whose)} chủ trì{listing.says}.{rest}"
        return self._make.not_found(question, "article_silent", reply)

    def verdict(self, question: Question, context: Context, person: Typed | None) -> Reply:
        """Return what articles tell that authorities said of `person`, never yes or no; a refusal where they tell nothing."""
        if verdicts.infers(question):
            return self._make.not_found(question, "article_silent", NO_INFERENCE)
        if person is None:
            return self._make.not_found(question, "article_silent", NO_RULING.format(name="người này"))
        told = [(c, 0, len(c.sentence.tokens) - 1) for c in verdicts.told(context, person)]
        others = self._identities.others_of_name(person) if told else False
        composed = self._composer.lines(context, told, f"{NO_VERDICT} {OTHERS_OF_NAME}" if others else NO_VERDICT)
        if composed is None:
            return self._make.not_found(
                question, "article_silent", NO_RULING.format(name=self._directory.spelt(person))
            )
        return self._make.answer(question, composed, 1.0, kind="yes_no")


def _half_named(context: Context) -> Typed | None:
    """Return the one person of the articles whom the question names by a syllable, `ông Tự`; None where there are none or several."""
    half = biography.half_named(context)
    found = biography.sharing(context, half[1]) if half else []
    if len(found) != 1:
        return None
    written = context.articles[found[0].candidate.hit].text[slice(*found[0].name)]
    return Typed.within(written, tuple(folds(written)))


def _asked_of(question: Question, event: Rival) -> str:
    """Return the question of one event: with its place, and its year with the day that is asked for, `29/12` -> `29/12/2023`."""
    asked = question.asked.rstrip("?")
    day = next((w for w in dates.find(asked) if w.day and w.month and not w.year), None)
    if event.year is None or day is None:
        return f"{asked} {event.says}"
    dated = f"{asked[: day.start]}{day.day}/{day.month}/{event.year}{asked[day.end :]}"
    return f"{dated} {event.place}" if event.place else dated


def _told_otherwise(question: Question, context: Context, drafts: Sequence[Draft]) -> list[int]:
    """Return the articles that tell of another chair than the best: of another meeting, if they are of another place or year.

    Where a province is meant, those, too, that answer half as likely: one may be of it.
    """
    if question.kind != "chair":
        return []
    others = drafts_to_tell(question, context, drafts)
    if question.province:
        others += [d for d in drafts if d.probability >= HALF * drafts[0].probability]
    return list(dict.fromkeys(d.candidate.hit for d in others))


def _chair_to_confirm(question: Question, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """Return the drafts, the chair first where it is asked whether somebody chaired: the models take whom a question names for no answer."""
    if not (drafts and asks_whether_chaired(question)):
        return drafts
    hit = drafts[0].candidate.hit
    chairs = (d for d in drafts if d.typed is not None and d.typed.rule == "chair" and d.ruled)
    chair = next((d for d in chairs if d.candidate.hit == hit), None)
    return drafts if chair is None else (chair, *(d for d in drafts if d is not chair))


def _may_be_told(context: Context, further: Draft) -> bool:
    """Tell whether a second draft may stand beside the first, which is checked by itself: it must break no premise, and tell no verdict."""
    return broken_premise(context, further) is None and not verdicts.tells(further.candidate.sentence)


def _threshold(context: Context, reading: Reading) -> float:
    """Return how sure the reader must be; less where a rule found the very body asked for, or the list of who was there; more before a small corpus names a person."""
    draft = reading.drafts[0]
    sure = draft.typed is not None and draft.ruled and draft.typed.rule in {"task", "own_task", "attendee"}
    named = context.asked.wants == "person" and context.asked.corpus_size < SMALL_CORPUS and reading.by == "builtin"
    if named and not sure:
        return max(reading.threshold, NAMED_BY_FEW)
    return reading.threshold * (RULED if sure else 1.0)
