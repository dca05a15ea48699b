"""New articles -> messages: within the channel's limits, once, again where they did not go out, and never to who is gone."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.library import Library
from bot.news import News, Sender
from bot.rendering import ZALO, Message
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.keys import Keys
from retrieval.articles import Article
from retrieval.encoding import Encoder

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = dt.datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
"""To come: when a chat began to follow, and was told, is taken from the clock."""


def made(n: int) -> Article:
    title = f"Hội Nông dân xã Mường {n} " + "phát động phong trào trồng quế trên đất đồi bạc màu " * 4
    return Article(
        f"a{n}",
        f"Hội Nông dân xã Mường {n} trồng {n + 5} ha quế.",
        title,
        source="Báo Lam Giang",
        url=f"https://baolamgiang.example/{'bai' * 60}/{n}",
    )


class Chats:
    """A channel whose chats can be reached, or not."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.gone: set[str] = set()
        self.fails = False

    async def send(self, address: str, messages: list[Message]) -> bool:
        if self.fails:
            raise OSError("away")
        if address in self.gone:
            return False
        self.got += [(address, m.plain) for m in messages]
        return True


@pytest.fixture
def parts(tmp_path: Path, encoder: Encoder) -> tuple[Library, Followers, Chats, News]:
    library = Library(tmp_path / "index", encoder)
    library.add([made(0)])
    followers, chats = Followers(Database(None, tmp_path / "store"), Keys("a made-up secret of some length")), Chats()
    return library, followers, chats, News(library, followers, {"zalo_oa": Sender(chats.send, ZALO)}, ZONE)


async def test_news_goes_out_once_within_the_channel_s_limits(parts: tuple[Library, Followers, Chats, News]) -> None:
    library, followers, chats, news = parts
    assert await news.look(MORNING) == 0
    followers.follow("zalo_oa", "1", "u1", "hội nông dân", at_once=True)
    followers.follow("zalo_oa", "2", "u2", "Hội Nông dân", at_once=False)
    library.add([made(n) for n in range(1, 8)])
    assert await news.look(MORNING + dt.timedelta(hours=1)) == 1, "who is told daily waits for the next morning"
    assert {address for address, _ in chats.got} == {"u1"}
    assert all(len(text.encode("utf-16-le")) // 2 <= 2000 for _, text in chats.got)
    assert "và 2 bài nữa" in chats.got[-1][1]
    assert await news.look(MORNING + dt.timedelta(hours=2)) == 0
    assert await news.look(MORNING + dt.timedelta(days=1)) == 1
    assert chats.got[-1][0] == "u2"
    assert await news.look(MORNING + dt.timedelta(days=2)) == 0


async def test_what_did_not_go_out_goes_the_next_time_and_who_is_gone_is_dropped(
    parts: tuple[Library, Followers, Chats, News],
) -> None:
    library, followers, chats, news = parts
    await news.look(MORNING)
    followers.follow("zalo_oa", "1", "u1", "Hội Nông dân", at_once=True)
    followers.follow("zalo_oa", "2", "u2", "Hội Nông dân", at_once=True)
    chats.fails = True
    library.add([made(1)])
    assert await news.look(MORNING) == 0
    chats.fails, chats.gone = False, {"u2"}
    library.add([made(2)])
    assert await news.look(MORNING) == 1
    assert "xã Mường 1" in chats.got[0][1]
    assert "xã Mường 2" in chats.got[0][1]
    assert followers.topics("zalo_oa", "2") == []
