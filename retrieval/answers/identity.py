"""`Mùa A Sơn là ai?` -> the reply: his office, else what else he is; which of several people of the name is asked for; or that no article says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.annotation import Sentence
from retrieval.answers import biography, namesakes, verdicts
from retrieval.answers.biography import Mention, Role
from retrieval.answers.compose import Composed, Composer, as_of, same_office
from retrieval.answers.context import Context
from retrieval.answers.naming import Slip, renamed
from retrieval.answers.reading import Reading
from retrieval.answers.replies import Replies
from retrieval.answers.types import NotFound, Reply
from retrieval.directory import Directory, Typed
from retrieval.questions import Question, understand
from retrieval.snapshot import Generation
from retrieval.vietnamese.names import WHOLE_NAME
from retrieval.vietnamese.text import norms, tokens

AS_INTRODUCED = "Đây là cách bài báo giới thiệu người này."
NOBODY = "Trong các bài gần với câu hỏi, không bài nào nói đó là ai. Bạn thử hỏi kèm chức vụ hoặc cơ quan nhé."
NOT_SAID_WHO = "Các bài Tin Tỉnh đang có nhắc “{name}” nhưng không nói đó là ai."
NAMESAKES = (
    "Các bài Tin Tỉnh đang có nhắc tên {name} với những chức vụ khác nhau, có thể là nhiều người. Bạn hỏi ai? "
    "Bạn trả lời bằng số nhé."
)
NOT_DESCRIBED = "Các bài Tin Tỉnh đang có không nói ai tên này đúng như bạn tả. "
MORE_NAMESAKES = " Nếu không phải ai trong số này, bạn hỏi lại kèm chức vụ hoặc nơi công tác."
SURE = 0.95
"""How sure it is that what a sentence says of somebody is told rightly: of 50 offices that were read beside their sentences 49 were."""
_LONGEST_BESIDE = 8
"""Words beside a name that may be an office or a place of his."""
_MOST_COMPARED = 12
"""Offices of one person that are held against one another."""
_LONGEST_OFFICE = 90
"""Letters of an office that is told in place of a shorter one."""
_MOST_TOLD = 4
"""Articles, and people, that are told of at once."""


@dataclass(frozen=True)
class Asked:
    """Who a question asks about, where it asks who somebody is."""

    name: Typed | None
    """His whole name, where it gives one that articles know."""
    by_name: bool = False
    """Whether it has nothing but the name: whoever stands beside him is no answer."""
    beside: tuple[str, ...] = ()
    """What it says besides, folded: an office or a place of his."""
    tentative: bool = False
    """Whether it asks so only if that is said of somebody of the name: `Mùa A Sơn, Ba Khe, là ai?`."""


class Identities:
    """Tells who people are, by one generation."""

    def __init__(self, generation: Generation, directory: Directory, composer: Composer, make: Replies) -> None:
        self._generation = generation
        self._directory = directory
        self._composer = composer
        self._make = make

    def asked(self, question: Question) -> Asked | None:
        """Return whom `question` asks about; None where it does not ask who somebody is, or what office he holds."""
        name = self._directory.typed(question.asked, WHOLE_NAME)
        confirms = biography.asks_to_confirm(question, name.name if name is not None else ())
        asks_role = confirms or biography.asks_role(question)
        if name is None:
            return self._asked_before(question) if asks_role else None
        beside = biography.beside(question, name.name)
        if biography.asks_who(question, name.name) or biography.asks_who_is(question, name.name):
            return Asked(name, by_name=True, beside=beside)
        if asks_role or biography.names_office(question, name.name):
            return Asked(name, beside=beside)
        asks_so = 0 < len(beside) <= _LONGEST_BESIDE and biography.asks_of_somebody(question)
        return Asked(name, beside=beside, tentative=True) if asks_so else None

    def _asked_before(self, question: Question) -> Asked:
        """Return whom a question asks about that names nobody in full: `ông ấy giữ chức gì` after `Mùa A Sơn là ai?` asks of the same."""
        if question.points_back and question.previous:
            before = understand(question.previous)
            name = self._directory.typed(before.asked, WHOLE_NAME) if biography.asks_of_somebody(before) else None
            if name is not None:
                return Asked(name, beside=biography.beside(before, name.name))
        return Asked(None)

    def told(
        self, question: Question, asked: Asked, context: Context, reading: Reading, misspelt: Slip | None
    ) -> Reply | None:
        """Return who a person is, or which of several people is meant; None where no article tells."""
        if asked.name is not None:
            told = self._by_name(question, asked, asked.name, context)
            return told if told is not None or asked.tentative else self._slip(question, misspelt)
        half = biography.half_named(context)
        named = self._shown(context, biography.sharing(context, half[1])) if half else []
        if half is not None and len(named) > 1:
            return self._which_of_half(question, context, half, named)
        composed = self._of_roles(context, named) if half else self._of_context(context, None)
        if composed is not None:
            return self._make.answer(question, composed, reading.answerable)
        return self._slip(question, misspelt)

    def _slip(self, question: Question, misspelt: Slip | None) -> NotFound | None:
        return self._make.asked_back(question, misspelt) if misspelt else None

    def _by_name(self, question: Question, asked: Asked, name: Typed, context: Context) -> Reply | None:
        """Return who somebody is whom the question names in full; None where no article says.

        With other diacritics a name is another one: it is asked whether that is meant.
        """
        named = biography.occurrences(name.name, self._generation, self._directory)
        own = name.own(named, lambda n: n.name)
        if named and not own:
            near = dict.fromkeys(n.sentence.between(n.name[0].start, n.name[-1].end) for n in named)
            return (
                None if asked.tentative else self._make.asked_back(question, Slip(name.text, tuple(near)[:_MOST_TOLD]))
            )
        found = self._said(own)
        if not found or (asked.tentative and not found[0].office):
            return None
        if not found[0].office:
            composed = self._of_mentions(found)
            return self._make.answer(question, composed, SURE) if composed else None
        people = namesakes.apart(found, self._generation)
        meant = namesakes.meant(people, asked.beside, biography.telling(asked.beside), question.province)
        if not meant and asked.tentative:
            return None
        described = bool(meant) or not biography.telling(asked.beside)
        meant = meant or namesakes.likely(people)
        if len(meant) > 1:
            return self._which(question, meant, described=described)
        alone = len(people) == 1 and len(own) == len(named) and not asked.beside
        composed = self._of_context(context, name) if alone else None
        composed = composed or self._of_mentions(namesakes.mentions_of(meant[0]))
        return self._make.answer(question, composed, SURE) if composed else None

    def _said(self, named: Sequence[biography.Named]) -> list[Mention]:
        """Return what is said of those who are `named`, without what is held back."""
        return [
            m
            for m in biography.told_of(named)
            if not any(self._generation.is_held(m.article, *span) for span in (m.name, m.role))
        ]

    def others_of_name(self, name: Typed) -> bool:
        """Tell whether the articles name several people so."""
        named = biography.occurrences(name.name, self._generation, self._directory)
        found = self._said(name.own(named, lambda n: n.name))
        return bool(found) and found[0].office and len(namesakes.apart(found, self._generation)) > 1

    def names(self, question: Question, asked: Asked, context: Context) -> bool:
        """Tell whether the question names whom it asks about by more than a half of his name."""
        whole = asked.name is not None or biography.half_named(context) is None
        return asked.by_name or (biography.names_whom(question) and whole)

    def unknown(self, question: Question, asked: Asked, context: Context) -> NotFound:
        """Return the refusal where no article says who somebody is: whoever else stands beside him is no answer."""
        if asked.name is not None:
            named = biography.occurrences(asked.name.name, self._generation, self._directory)
            own = asked.name.own(named, lambda n: n.name)
            places = [
                (n.article, n.sentence, n.sentence.text_of(n.first, n.last))
                for n in own
                if not self._generation.is_held(n.article, n.name[0].start, n.name[-1].end)
            ]
        else:
            found = self._shown(context, biography.mentioned(context))
            hits = [(r.candidate, context.articles[r.candidate.hit].text[slice(*r.name)]) for r in found]
            places = [(context.hits[c.hit].article, c.sentence, name) for c, name in hits]
        if not places:
            return self._make.not_found(question, "no_article", NOBODY)
        row, sentence, name = places[0]
        suggestion = self._composer.suggested(row, sentence)
        reply = NOT_SAID_WHO.format(name=" ".join(name.split()))
        return self._make.not_found(question, "article_silent", reply, (suggestion,) if suggestion else ())

    def _which(self, question: Question, people: Sequence[namesakes.Person], *, described: bool) -> NotFound:
        """Return the question which of `people` is meant, each with an office of his; that none is as the question has him, where none is `described`."""
        named = [namesakes.introduced(person) for person in people[:_MOST_TOLD]]
        names = {tuple(norms(name)): name for name, _ in reversed(named)}
        others = MORE_NAMESAKES if len(people) > len(named) else ""
        return self._make.choice(
            question,
            ("" if described else NOT_DESCRIBED)
            + NAMESAKES.format(name=" hoặc ".join(reversed(names.values())))
            + others,
            {f"{name} – {office}": f"{name}, {office}, là ai?" for name, office in named},
        )

    def _which_of_half(
        self, question: Question, context: Context, half: tuple[str, str], found: Sequence[Role]
    ) -> NotFound:
        texts = [context.articles[r.candidate.hit].text for r in found]
        named = [(text[slice(*r.name)], text[slice(*r.role)]) for text, r in zip(texts, found, strict=True)]
        return self._make.choice(
            question,
            f"Các bài Tin Tỉnh đang có nhắc {len(named)} người tên {half[1]}. Bạn hỏi ai? Bạn trả lời bằng số nhé.",
            {f"{name} – {role}": renamed(question.asked, " ".join(half), name) for name, role in named},
        )

    def _of_mentions(self, found: Sequence[Mention]) -> Composed | None:
        """Return the answer that tells what somebody is by sentences of any articles: each office once, the newest first, then the commonest."""
        told: dict[str, Mention] = {}
        for mention in sorted(found, key=lambda m: -int(self._generation.published[m.article])):
            told.setdefault(self._generation.article(mention.article).text[slice(*mention.role)], mention)
        roles = list(told)[:_MOST_COMPARED]
        once: list[str] = []
        for role in roles:
            if not any(same_office(role, other) for other in once):
                # In more words, where it is told in some: `Chủ tịch UBND TP`, of Lam Giang.
                same = (o for o in roles if same_office(o, role) and len(o) <= _LONGEST_OFFICE)
                once.append(max(same, key=len, default=role))
        chosen = [told[role] for role in once[:_MOST_TOLD]]
        days = (self._generation.article(m.article).published_at for m in chosen)
        note = as_of(day.isoformat() for day in days if day) if any(m.office for m in chosen) else AS_INTRODUCED
        composed = self._composer.mentions(chosen, note)
        return composed and _with_caution(composed, [m.sentence for m in chosen])

    def _of_context(self, context: Context, whose: Typed | None) -> Composed | None:
        """Return the answer that tells what people whom the question names are by the articles found; None where they do not.

        A whole name that it gives, `whose`, is told of nobody who has a part of it.
        """

        def own(told: Sequence[Role]) -> list[Role]:
            texts = (context.articles[role.candidate.hit].text for role in told)
            return [
                r
                for r, text in zip(told, texts, strict=True)
                if not whose or whose.agrees(tokens(text[slice(*r.name)]))
            ]

        offices = self._of_roles(context, self._shown(context, own(biography.roles(context))))
        return offices or self._of_roles(context, self._shown(context, own(biography.callings(context))), AS_INTRODUCED)

    def _of_roles(self, context: Context, found: Sequence[Role], note: str | None = None) -> Composed | None:
        """Return the answer that tells what somebody is by the articles found; None where they do not."""
        composed = self._composer.roles(context, found, note)
        return composed and _with_caution(composed, [r.candidate.sentence for r in found])

    def _shown(self, context: Context, told: Sequence[Role]) -> list[Role]:
        """Return the roles without those whose words are held back."""
        rows = [hit.article for hit in context.hits]
        return [
            r for r in told if not any(self._generation.is_held(rows[r.candidate.hit], *s) for s in (r.name, r.role))
        ]


def _with_caution(composed: Composed, sentences: Iterable[Sentence]) -> Composed:
    """Return the answer with what must be said where its article tells of a proceeding."""
    if not any(map(verdicts.tells, sentences)):
        return composed
    return replace(composed, note=f"{composed.note} {verdicts.ALLEGED}")
