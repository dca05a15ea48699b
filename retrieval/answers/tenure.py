"""Who holds an office, held it before or in a year -> the reply, or the question of which place is meant."""

import datetime as dt
from collections.abc import Sequence

from retrieval.answers.compose import Composer
from retrieval.answers.offices import Holder, Office, asked_office, asks_nothing_else, holders, seat_name, terms_of
from retrieval.answers.replies import Replies
from retrieval.answers.types import NotFound, Reply
from retrieval.questions import Question
from retrieval.snapshot import Generation
from retrieval.vietnamese.dates import local_day
from retrieval.vietnamese.text import folds

_MOST_HOLDERS = 4


class Tenures:
    """Answers who holds which office, from one generation."""

    def __init__(self, generation: Generation, composer: Composer, make: Replies) -> None:
        self._generation = generation
        self._composer = composer
        self._make = make

    def office(self, question: Question) -> Reply | None:
        """Return who holds the office that is asked for, or held it; None where none is asked for, or no article tells."""
        office = asked_office(question)
        found = holders(office, self._generation) if office else []
        if office is None:
            return None
        if not found:
            # What is nothing but an office asks for nothing else: somebody of whom it is not told does not hold it.
            alone = (question.cue.label == "none" and not question.follows_up) or asks_nothing_else(question, office)
            return self._held(question, [], "") if alone else None
        # `Thanh Hoá` is `Thanh Hóa`, `Đăk Nông` is `Đắk Nông`.
        seats = list({" ".join(folds(h.seat)): h.seat for h in found if h.seat and not h.former}.values())
        own = [s for s in seats if question.province and folds(question.province) == folds(seat_name(s))]
        if len(seats) > 1 and not own:
            return self._which_seat(question, found, seats)
        return self._tenure(
            question,
            office,
            terms_of([h for h in found if not own or h.seat is None or folds(h.seat) == folds(own[0])]),
        )

    def _tenure(self, question: Question, office: Office, terms: Sequence[Sequence[Holder]]) -> Reply:
        """Return who of `terms` is asked for: of a year, before the newest, or the newest, as of which article."""
        when = ""
        if office.years:
            when = "năm " + ", ".join(map(str, sorted(office.years)))
            chosen: Sequence[Holder | None] = [
                next((h for h in term if h.day and h.day.year in office.years and not h.former), None) for term in terms
            ]
        elif office.single and office.back:
            return self._held_before(question, office, terms)
        elif office.single and terms[0][0].day is not None:
            chosen = [next((h for h in terms[0] if not h.former), terms[0][0])]
        else:
            # Several deputies, or articles of which nobody knows which is the newest.
            current = [holder for term in terms if (holder := next((h for h in term if not h.former), None))]
            # Who only left it is told where nobody is told to hold it.
            chosen = (current or [term[0] for term in terms if office.single])[:_MOST_HOLDERS]
        return self._held(question, [h for h in chosen if h is not None], when)

    def _held(self, question: Question, found: Sequence[Holder], when: str) -> Reply:
        """Return the answer that names `found`, or that no article tells who held the office `when`."""
        days = [h.day for h in found]
        told = "bài không rõ ngày" if not days or days[0] is None else f"bài ngày {local_day(days[0].isoformat())}"
        if len(found) > 1:
            told = "từng bài được dẫn" if all(days) else "từng bài được dẫn, có bài không rõ ngày"
        note = f"Chức vụ ghi theo {told}" + ("." if when else ", đến nay có thể đã thay đổi.")
        if any(h.former for h in found):
            note = f"Theo {told}, đây là người từng giữ chức; các bài đang có không cho biết ai kế nhiệm."
        composed = self._composer.holders(found, note)
        if composed is not None:
            return self._make.answer(question, composed, 1.0, kind="who")
        reply = f"Các bài Tin Tỉnh đang có không cho biết ai giữ chức này {when or 'hiện nay'}."
        return self._make.not_found(question, "article_silent", reply)

    def _held_before(self, question: Question, office: Office, terms: Sequence[Sequence[Holder]]) -> Reply:
        """Return who held the office before the newest holder, with the days of the articles that say so."""
        if office.back >= len(terms):
            reply = "Các bài Tin Tỉnh đang có không cho biết ai giữ chức này trước đó."
            return self._make.not_found(question, "article_silent", reply)
        term = terms[office.back]
        days = sorted(h.day for h in term if h.day and not h.former)
        left = [h.day for h in term if h.former and h.day]
        told = [f"{_between(days[0], days[-1])} ghi giữ chức"] if days else []
        told += [f"bài ngày {local_day(min(left).isoformat())} ghi là nguyên chức vụ này"] if left else []
        note = f"Theo các bài đang có: {'; '.join(told)}." if told else "Theo bài không rõ ngày."
        shown = next((h for h in term if not h.former), term[0])
        composed = self._composer.holders([shown], note)
        return (
            self._make.answer(question, composed, 1.0, kind="who")
            if composed
            else self._make.refusal(question, None, ())
        )

    def _which_seat(self, question: Question, found: Sequence[Holder], seats: Sequence[str]) -> NotFound:
        """Return the question of which place the office is meant."""
        questions: dict[str, str] = {}
        for place in seats[:_MOST_HOLDERS]:
            holder = next(h for h in found if h.seat and folds(h.seat) == folds(place) and not h.former)
            role = self._generation.article(holder.article).text[slice(*holder.role)]
            named = role if folds(seat_name(place))[-1] in folds(role) else f"{role} {seat_name(place)}"
            questions[f"{role} – {place}" if named != role else role] = f"{named} là ai?"
        return self._make.choice(
            question,
            "Các bài Tin Tỉnh đang có nhắc chức vụ này ở nhiều nơi. Bạn hỏi nơi nào? Bạn trả lời bằng số nhé.",
            questions,
        )


def _between(first: dt.date, last: dt.date) -> str:
    one, other = local_day(first.isoformat()), local_day(last.isoformat())
    return f"bài ngày {one}" if first == last else f"các bài từ {one} đến {other}"
