"""Fetches over a real server on loopback: guarded, polite, conditional; feeds and sitemaps; and 150 hostile addresses."""

import datetime as dt
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from bot.admin import Desk, Person
from bot.library import Library
from retrieval.answers.types import Answer
from retrieval.encoding import Encoder
from retrieval.errors import CorpusError, FetchError
from retrieval.fetching import sources
from retrieval.fetching.client import Fetcher
from retrieval.fetching.gathering import Gathered, Gatherer
from retrieval.fetching.guard import is_public, target
from retrieval.fetching.sources import Source
from tests.newspaper import BODY, LAYOUTS, SAPO
from tests.web_server import Newspaper, drip, endless, newspaper

TEXT = "\n".join((SAPO, *BODY))


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with newspaper() as made:
        yield made


@pytest.fixture
def fetcher(paper: Newspaper) -> Iterator[Fetcher]:
    fetcher = Fetcher(allowed=[paper.host], interval=0, seconds=2)
    yield fetcher
    fetcher.close()


def inside() -> list[str]:
    """Addresses that lead into networks of one's own, in all the ways of writing them that are known to us."""
    hosts = [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "localhost",
        "localhost.", "LOCALHOST", "127.255.255.254", "0.0.0.0", "0",  # noqa: S104 - no server is bound
        "0.0.0.1", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:0a00:1::]",
        "[2001:0:53aa:64c:0:0:80ff:fffe]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]", "[2001:db8::1]", "[100::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1",
        "192.168.255.255", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1",
        "198.51.100.7", "203.0.113.5", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "0xa9fea9fe", "2852039166", "0xc0a80001",
        "3232235521", "⑫7.0.0.1", "127。0。0。1", "１２７.0.0.1",
    ]  # fmt: skip
    return [f"http://{host}{end}" for host in hosts for end in ("/", ":8080/a?b=c")]


def malformed() -> list[str]:
    return [
        "", " ", "http://", "http:///a", "//a.example/", "a.example", "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "data:text/html,a",
        "javascript:alert(1)", "http://user:pw@a.example/", "http://a.example@127.0.0.1/", "http://a.example:22/", "http://a.example:0/", "http://a.example:99999/",
        "http://a.example:6379/", "http://a\r\nHost: b/", "http://a.example/\r\nX: y", "http://a.example\\@127.0.0.1/", "http://[::1", "http://a b/", "https:a.example",
        "http://" + "a" * 300 + ".example/", "http://a.example/" + "x" * 3000, "dict://a.example/", "jar:http://a.example!/", "http://127.0.0.1:80\\@a.example/",
        "ws://a.example/", "http://%31%32%37.0.0.1/", "http://\u202ea.example/",
    ]  # fmt: skip


def test_no_hostile_address_is_connected_to(paper: Newspaper) -> None:
    port = paper.host.split(":")[1]
    addresses = [*inside(), *malformed()]
    assert len(addresses) >= 150
    fetcher = Fetcher(interval=0, seconds=1)
    for url in [
        *addresses,
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
    ]:
        with pytest.raises(FetchError):
            fetcher.get(url)
    assert paper.connections == 0
    fetcher.close()


def test_public_addresses_are_told() -> None:
    assert all(map(is_public, ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "203.162.0.1")))
    assert not any(map(is_public, ("10.0.0.1", "::1", "fe80::1%eth0", "x", "", "64:ff9b::808:808", "2002:a00:1::")))


def test_a_name_is_resolved_once_and_that_address_is_connected_to(paper: Newspaper) -> None:
    """A resolver that says something else the second time (DNS rebinding) changes nothing."""
    answers: list[Sequence[str]] = [["93.184.216.34"], ["127.0.0.1"]]

    def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    assert target("http://news.example/", (), rebinding).address == "93.184.216.34"
    assert len(answers) == 1
    mixed = Fetcher(resolved=lambda *_: ["93.184.216.34", "127.0.0.1"], interval=0, seconds=1)
    with pytest.raises(FetchError, match="not public"):
        mixed.get(f"http://news.example:{8080}/")
    assert paper.connections == 0
    mixed.close()


def test_a_redirect_is_checked_like_an_address(paper: Newspaper, fetcher: Fetcher) -> None:
    with newspaper() as other:
        other.put("/secret", "mật")
        start = paper.put("/start", "", 302, Location=other.root + "/secret")
        with pytest.raises(FetchError, match="not fetched"):
            fetcher.get(start)
        assert other.connections == 0
    for n in range(9):
        paper.put(f"/{n}", "", 302, Location=f"/{n + 1}")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        fetcher.get(paper.root + "/0")
    paper.put("/8", "đây")
    assert fetcher.get(paper.root + "/4").body.decode() == "đây"


def test_size_and_time_are_capped_while_it_comes_in(paper: Newspaper, fetcher: Fetcher) -> None:
    paper.pages["/drip"] = drip
    paper.pages["/endless"] = endless
    with pytest.raises(FetchError, match="slower than 2 s"):
        fetcher.get(paper.root + "/drip")
    with pytest.raises(FetchError, match="larger than 8 MB"):
        fetcher.get(paper.root + "/endless")


def test_the_environment_s_proxies_are_not_used(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = paper.put("/a", "có")
    fetcher = Fetcher(allowed=[paper.host], interval=0)
    assert fetcher.get(url).body.decode() == "có"
    fetcher.close()


def test_the_office_s_proxy_is_used(paper: Newspaper) -> None:
    with newspaper() as proxy:
        address = "http://news.example/a"
        proxy.put(address, "qua proxy")
        fetcher = Fetcher(proxy=proxy.root, resolved=lambda *_: ["93.184.216.34"], interval=0)
        assert fetcher.get(address).body.decode() == "qua proxy"
        assert proxy.asked(address)[0]["host"] == "news.example"
        fetcher.close()
    assert paper.connections == 0


def test_it_names_itself_and_keeps_to_robots_txt(paper: Newspaper, fetcher: Fetcher) -> None:
    paper.put("/robots.txt", "User-agent: *\nDisallow: /rieng/\n")
    paper.put("/rieng/a", "riêng")
    open_page = paper.put("/chung/a", "chung")
    assert fetcher.get(open_page).status == 200
    with pytest.raises(FetchError, match=r"robots\.txt"):
        fetcher.get(paper.root + "/rieng/a")
    assert not paper.asked("/rieng/a")
    assert paper.asked("/chung/a")[0]["user-agent"].startswith("TinTinh/")
    assert len(paper.asked("/robots.txt")) == 1


def test_requests_to_a_host_keep_a_distance(paper: Newspaper) -> None:
    waited: list[float] = []
    fetcher = Fetcher(allowed=[paper.host], interval=0.05)
    url = paper.put("/a", "x")
    for _ in range(4):
        began = time.monotonic()
        fetcher.get(url)
        waited.append(time.monotonic() - began)
    assert sum(waited) >= 4 * 0.05
    fetcher.close()


def feed_of(paper: Newspaper, paths: Sequence[str]) -> str:
    items = "".join(f"<item><title>{p}</title><link>{paper.root}{p}</link></item>" for p in paths)
    return paper.put(
        "/rss", f"<?xml version='1.0'?><rss version='2.0'><channel><title>Báo</title>{items}</channel></rss>"
    )


def sitemap_of(paper: Newspaper, paths: Sequence[str]) -> str:
    urls = "".join(f"<url><loc>{paper.root}{p}</loc></url>" for p in paths)
    paper.put("/map-1.xml", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>")
    return paper.put(
        "/sitemap.xml",
        f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{paper.root}/map-1.xml</loc></sitemap></sitemapindex>",
    )


def looked(folder: Path, fetcher: Fetcher, source: Source) -> Gathered:
    gatherer = Gatherer(folder, fetcher)
    found = gatherer.look(source)
    gatherer.commit(found)
    return found


def test_what_was_not_taken_up_comes_again(paper: Newspaper, fetcher: Fetcher, tmp_path: Path) -> None:
    paper.put("/0", LAYOUTS[0].html, ETag='"0"')
    source = Source("Báo", feeds=(feed_of(paper, ["/0"]),))
    assert len(Gatherer(tmp_path, fetcher).look(source).articles) == 1
    assert len(looked(tmp_path, fetcher, source).articles) == 1, "the first look was never committed"
    assert not looked(tmp_path, fetcher, source).articles


def test_a_page_that_failed_and_those_beyond_the_most_are_fetched_the_next_time(
    paper: Newspaper, fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.fetching.gathering.MOST_NEW", 2)
    feed = feed_of(paper, ["/0", "/1", "/2"])
    status, _, body = paper.pages["/rss"]  # type: ignore[misc]
    paper.pages["/rss"] = (status, {"ETag": '"same"'}, body)
    paper.put("/0", LAYOUTS[0].html)
    paper.put("/1", "", 503)
    paper.put("/2", LAYOUTS[1].html)
    source = Source("Báo", feeds=(feed,))
    first = looked(tmp_path, fetcher, source)
    assert [a.id for a in first.articles] == [paper.root + "/0"]
    paper.put("/1", LAYOUTS[2].html)
    second = looked(tmp_path, fetcher, source)
    assert {a.id for a in second.articles} == {paper.root + "/1", paper.root + "/2"}


def test_a_link_that_is_no_address_is_told_and_the_others_are_fetched(
    paper: Newspaper, fetcher: Fetcher, tmp_path: Path
) -> None:
    paper.put("/0", LAYOUTS[0].html)
    paper.put(
        "/rss",
        f"<rss version='2.0'><channel><item><link>http://[x</link></item><item><link>{paper.root}/0</link></item></channel></rss>",
    )
    found = looked(tmp_path, fetcher, Source("Báo", feeds=(paper.root + "/rss",)))
    assert [a.id for a in found.articles] == [paper.root + "/0"]
    with pytest.raises(FetchError, match="no address"):
        fetcher.get(paper.put("/away", "", 302, Location="http://[x"))


def slow_headers(handler: BaseHTTPRequestHandler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200:
        try:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def test_no_packing_and_no_slow_header_goes_round_the_caps(paper: Newspaper, fetcher: Fetcher) -> None:
    paper.put("/bomb", gzip.compress(bytes(400_000_000), 9), Content_Encoding="gzip")
    paper.put("/twice", gzip.compress(gzip.compress(bytes(100_000_000))), Content_Encoding="gzip, gzip")
    paper.put("/broken", b"not packed", Content_Encoding="gzip")
    whole = paper.put("/whole", gzip.compress("có".encode()), Content_Encoding="gzip")
    paper.pages["/slow"] = slow_headers
    with pytest.raises(FetchError, match="larger than 8 MB"):
        fetcher.get(paper.root + "/bomb")
    with pytest.raises(FetchError, match="packed as"):
        fetcher.get(paper.root + "/twice")
    with pytest.raises(FetchError, match="unpacked"):
        fetcher.get(paper.root + "/broken")
    assert fetcher.get(whole).body.decode() == "có"
    began = time.monotonic()
    with pytest.raises(FetchError, match="slower than 2 s"):
        fetcher.get(paper.root + "/slow")
    assert time.monotonic() - began < 4


def test_robots_that_the_server_fails_to_tell_are_a_ban(paper: Newspaper, fetcher: Fetcher) -> None:
    paper.put("/robots.txt", "", 500)
    with pytest.raises(FetchError, match=r"robots\.txt"):
        fetcher.get(paper.put("/a", "x"))


def test_robots_out_of_reach_are_no_leave_and_no_ban_to_be_remembered(paper: Newspaper, fetcher: Fetcher) -> None:
    paper.pages["/robots.txt"] = slow_headers
    page = paper.put("/a", "có")
    with pytest.raises(FetchError, match="slower than 2 s"):
        fetcher.get(page)
    assert paper.asked("/a") == []
    paper.put("/robots.txt", "User-agent: *\nDisallow: /rieng/\n")
    assert fetcher.get(page).body.decode() == "có"


def test_ten_pages_through_a_feed_and_a_sitemap_give_exactly_their_articles(
    paper: Newspaper, fetcher: Fetcher, tmp_path: Path
) -> None:
    paths = [f"/xa-hoi/{n}.html" for n in range(len(LAYOUTS))]
    for path, layout in zip(paths, LAYOUTS, strict=True):
        paper.put(path, layout.html)
    paper.put("/quang-cao/1.html", "<html><body><p>Mua ngay</p></body></html>")
    listed = [*paths, "/quang-cao/1.html"]
    source = Source(
        "Báo Lam Giang", feeds=(feed_of(paper, listed[:6]),), sitemaps=(sitemap_of(paper, listed),), exclude=("*/quang-cao/*",),
        licence="thỏa thuận", longest_quote=40,
    )  # fmt: skip
    found = looked(tmp_path, fetcher, source)
    assert not found.failed
    assert [a.text for a in found.articles] == [TEXT] * len(LAYOUTS)
    assert {a.id for a in found.articles} == {paper.root + p for p in paths}
    assert {(a.source, a.extra["licence"], a.extra["longest_quote"]) for a in found.articles} == {
        ("Báo Lam Giang", "thỏa thuận", 40)
    }
    assert not paper.asked("/quang-cao/1.html")


def test_a_second_look_asks_for_what_changed_and_tells_of_it(
    paper: Newspaper, fetcher: Fetcher, tmp_path: Path
) -> None:
    for n in range(3):
        paper.put(f"/{n}", LAYOUTS[0].html.replace("86,4%", f"8{n},4%"), ETag=f'"{n}"')
    source = Source("Báo", feeds=(feed_of(paper, ["/0", "/1", "/2"]),))
    assert len(looked(tmp_path, fetcher, source).articles) == 3
    paper.put("/1", LAYOUTS[0].html.replace("86,4%", "77,7%"), ETag='"new"')
    paper.pages["/2"] = (404, {}, b"")
    again = looked(tmp_path, fetcher, source)
    assert paper.asked("/0")[-1]["if-none-match"] == '"0"'
    assert [a.id for a in again.articles] == [paper.root + "/1"]
    assert again.changed == [paper.root + "/1"]
    assert again.gone == [paper.root + "/2"]
    assert not looked(tmp_path, fetcher, source).changed


@pytest.mark.parametrize(
    "body", [b"", b"<html>no feed</html>", b"<rss", b"http://127.0.0.1/", b"file:///etc/passwd", b"\xff\xfe" * 90]
)
def test_a_broken_feed_is_told_and_harms_nothing(
    body: bytes, paper: Newspaper, fetcher: Fetcher, tmp_path: Path
) -> None:
    found = Gatherer(tmp_path, fetcher).look(
        Source("Báo", feeds=(paper.put("/rss", body),), sitemaps=(paper.put("/map", body),))
    )
    assert not found.articles
    assert {u.where for u in found.failed} == {paper.root + "/rss", paper.root + "/map"}


def test_editors_are_told_and_the_chat_answers_from_the_new_page(
    paper: Newspaper, fetcher: Fetcher, tmp_path: Path, encoder: Encoder
) -> None:
    page = paper.put("/nuoc-sach", LAYOUTS[0].html)
    source = Source("Báo Lam Giang", feeds=(feed_of(paper, ["/nuoc-sach"]),))
    library = Library(tmp_path, encoder, sources=[source])
    library.store.publish([], encoder)
    desk = Desk(library, [], Gatherer(tmp_path, fetcher))
    now = dt.datetime.now(dt.UTC)
    assert desk.due(now) == [source]
    assert desk.gather(source) is None, "new articles alone are no alarm"
    assert desk.due(now) == []
    assert desk.due(now + dt.timedelta(minutes=31)) == [source]
    answer = library.engine().ask("Ai chủ trì hội nghị nước sạch nông thôn Lam Giang?")
    assert isinstance(answer, Answer)
    assert answer.text == "Hà Thị Nhiên"
    assert answer.citations[0].url == page
    paper.put("/nuoc-sach", LAYOUTS[0].html.replace("Hà Thị Nhiên", "Hà Thị Nhàn"))
    assert "Bài đổi nội dung" in str(desk.gather(source))
    changed = library.engine().ask("Ai chủ trì hội nghị nước sạch nông thôn Lam Giang?")
    assert isinstance(changed, Answer)
    assert changed.text == "Hà Thị Nhàn"
    assert ["Hà Thị Nhiên" in v["article"]["text"] for v in library.history(page)] == [True]


def test_an_editor_adds_a_link(paper: Newspaper, fetcher: Fetcher, tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    library.store.publish([], encoder)
    desk = Desk(library, [], Gatherer(tmp_path, fetcher))
    assert "Đã thêm 1 bài" in desk.add_link(Person("test", "x"), paper.put("/a", LAYOUTS[2].html))
    with pytest.raises(FetchError, match="gives no article"):
        desk.add_link(Person("test", "x"), paper.put("/b", "<html><body></body></html>"))
    with pytest.raises(FetchError, match="answers 404"):
        desk.add_link(Person("test", "x"), paper.root + "/none")


def test_sources_are_declared_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "corpus.toml"
    path.write_text(
        '[[source]]\nname = "Báo A"\naliases = ["BA"]\npaths = ["a"]\nfeeds = ["https://a.example/rss"]\ninterval_minutes = 15\n'
        'include = ["*/xa-hoi/*"]\nlongest_quote = 60\n',
        encoding="utf-8",
    )
    (source,) = sources.read(path)
    assert source.paths == (tmp_path / "a",)
    assert source.takes("https://a.example/xa-hoi/1.html")
    assert not source.takes("https://a.example/the-thao/1.html")
    assert source.interval_minutes == 15
    assert source.names("ba")
    assert not source.names("Báo B")


def test_an_alias_is_the_source_it_names(tmp_path: Path, encoder: Encoder) -> None:
    text = "Xã Mường Ba có 412 hộ trồng chè. Sản lượng năm nay là 900 tấn."
    row = {"id": "a", "text": text, "source": "bao a"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    library = Library(tmp_path / "data", encoder, sources=[Source("Báo Lam Giang", aliases=("BÁO A",))])
    library.index([tmp_path / "a.jsonl"])
    assert library.engine().generation.article(0).source == "Báo Lam Giang"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[source]]\n", "source 1: it has no name"),
        ('[[source]]\nname = "A"\nfeed = "x"\n', "no field 'feed'"),
        ('[[source]]\nname = "A"\nfeeds = "x"\n', "feeds is no list"),
        ('[[source]]\nname = "A"\ninterval_minutes = 1\n', "interval_minutes"),
        ('[[source]]\nname = "A"\nlongest_quote = "x"\n', "longest_quote"),
        ("[x]\n", "nothing but"),
        ("= 1", "cannot be read"),
    ],
)
def test_a_wrong_declaration_names_the_entry_and_the_field(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=says):
        sources.read(tmp_path / "corpus.toml")
