"""Replies to messages: always valid HTML within the limit, whatever the texts are."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rendering
from bot.admin import sources
from retrieval.answers.types import Answer, Citation, Item, NotFound, Suggestion
from retrieval.engine import Engine
from tests.bot_api import LONGEST_CALLBACK, parsed

hostile = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<b>",
            "</blockquote>",
            "&amp;",
            "<script>alert(1)</script>",
            '" onclick="x',
            "a" * 5000,
            "😀" * 3000,
            "\x00\x1b[31m",
            "]]>",
            "\u202e",
        ]
    ),
    st.text(min_size=3000, max_size=9000),
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    citations, items = [], []
    for number in range(draw(st.integers(1, 5))):
        before, words, after = draw(hostile), draw(hostile) or "x", draw(hostile)
        quote = before + words + after
        citations.append(
            Citation(
                "a",
                draw(hostile),
                draw(st.sampled_from([None, "https://x.example/1", "javascript:alert(1)", "https://x y"])),
                draw(hostile),
                None,
                draw(st.sampled_from([None, "2024-01-02"])),
                str(number),
                10,
                10 + len(quote),
                quote,
            )
        )
        items.append(
            Item(
                words,
                number,
                10 + len(before),
                10 + len(before) + len(words),
                role=draw(st.none() | hostile),
                assignee=draw(st.none() | hostile),
            )
        )
    return Answer(
        "abc234",
        draw(hostile),
        "x",
        tuple(items),
        tuple(citations),
        draw(st.sampled_from(["chair", "task", "yes_no"])),
        draw(st.none() | hostile),
        0.5,
        "20240101-000000-000-abcdef",
        None,
        1.0,
    )


def check(messages: list[rendering.Message]) -> None:
    assert messages
    for message in messages:
        assert parsed(message.html, "HTML")
        assert parsed(message.plain, None)
        for row in message.buttons:
            for button in row:
                assert button.url is None or rendering.web_link(button.url)
                assert button.passage is None or len("|".join(("p", *button.passage)).encode()) <= LONGEST_CALLBACK


@settings(max_examples=150, deadline=None)
@given(answers())
def test_an_answer_is_valid_html_within_the_limit(answer: Answer) -> None:
    check(rendering.render(answer))
    check(rendering.words(sources(answer)))


@settings(max_examples=100, deadline=None)
@given(hostile, hostile, hostile, st.none() | hostile)
def test_a_refusal_is_valid_html_within_the_limit(
    reply: str, title: str, quote: str, interpretation: str | None
) -> None:
    suggestions = (
        Suggestion("a", title, None, None, "1", quote),
        Suggestion("b", quote, None, "2024-01-02", "2", title),
    )
    check(
        rendering.render(
            NotFound(
                "abc234",
                "q",
                "article_silent",
                "Chưa có. " + reply,
                "what",
                interpretation,
                0.0,
                "g",
                None,
                1.0,
                suggestions,
            )
        )
    )


@settings(max_examples=60, deadline=None)
@given(hostile, hostile, hostile)
def test_a_passage_is_valid_html_within_the_limit(before: str, quote: str, after: str) -> None:
    check(rendering.passage("Tiêu đề <b>", "Theo Báo, 1/1", (before, "Đoạn " + quote, after)))


def test_the_answer_comes_first_and_its_words_are_marked(engine: Engine) -> None:
    reply = engine.ask("Ban Dân vận Tỉnh ủy được giao nhiệm vụ gì?")
    assert isinstance(reply, Answer)
    (message,) = rendering.render(reply)
    assert message.plain.startswith(
        "Ban Dân vận Tỉnh ủy:\n• tham mưu tổ chức hội thi dân vận khéo cấp tỉnh trước ngày 30/6\n\n[1] "
    )
    assert "<b><u>tham mưu tổ chức hội thi dân vận khéo cấp tỉnh trước ngày 30/6</u></b>" in message.html
    assert "Theo Báo Lam Giang, 28/03/2024" in message.plain
    assert message.buttons[0][0].passage is not None
    assert (
        rendering.render(reply, "https://hoi.example.vn/")[0].buttons[0][0].url
        == f"https://hoi.example.vn/p/{reply.generation}/{reply.citations[0].passage_id}?bai=giao-ban-thang-3.md&tu=603"
    )


def test_an_unknown_day_is_said(engine: Engine) -> None:
    reply = engine.ask("Ai chủ trì hội nghị giao ban công tác dân vận quý I?")
    assert isinstance(reply, Answer)
    undated = replace(reply, citations=tuple(replace(c, published_at=None) for c in reply.citations))
    assert "không rõ ngày" in rendering.render(undated)[0].plain


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.vn/x?y=1&z=2", True),
        ("javascript:x", False),
        ("https://a.vn/ x", False),
        ('https://a.vn/"><b>', False),
        (None, False),
    ],
)
def test_only_web_links_are_links(url: str | None, shown: bool) -> None:
    assert rendering.web_link(url) is shown
