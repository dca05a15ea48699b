"""The pages in a real browser, against the real service: what is seen, by keyboard, on a phone, by axe; and the widget."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.library import Library
from tests.bot_api import wait_for
from tests.conftest import PROVINCE
from tests.service import Service

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="CHROMIUM IS MISSING: the pages are not tested; install it (apt install chromium)"
)
CHAIR = "ai chu tri hoi nghi giao ban dan van quy 1 2024"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SCREENSHOTS = os.environ.get("TINTINH_SCREENSHOTS")
"""A folder for pictures of the pages (docs/anh); unset, they are thrown away."""
SLOW_PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
"""As Lighthouse throttles: slow 4G; the processor four times slower."""


class _Newspaper(BaseHTTPRequestHandler):
    """A newspaper's page, of another origin, with the widget on it."""

    service = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        page = f"<!doctype html><html lang='vi'><title>Báo</title><h1>Báo Lam Giang</h1><script src='{self.service}/widget.js' defer></script></html>"
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def newspaper() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Newspaper)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def service(province: Library, newspaper: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("browser")
    corpus = str(PROVINCE / "articles")
    with Service(province.store.data, folder, TINTINH_CORPUS=corpus, TINTINH_WEB__WIDGET_ORIGINS=newspaper) as made:
        _Newspaper.service = made.url("")
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    made = context.new_page()
    outside: list[str] = []
    made.on("request", lambda r: outside.append(r.url) if not r.url.startswith(service.url("")) else None)
    faults: list[str] = []
    made.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    made.goto(service.url("/"))
    yield made
    assert not outside, "the page asks nobody else"
    assert not faults
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Câu hỏi của bạn").fill(question)
    page.keyboard.press("Enter")


def test_an_answer_as_a_citizen_sees_it(page: Page) -> None:
    """The answer first, its words marked in the open quote, the source, chips for what comes next, an opinion, forgotten."""
    ask(page, CHAIR)
    answer = page.locator(".theirs").first
    expect(answer.locator(".answer")).to_have_text("Tạ Quang Hiển – Phó Bí thư Thường trực Tỉnh ủy Lam Giang")
    expect(answer.locator("blockquote mark").first).to_have_text("Tạ Quang Hiển")
    expect(answer.locator("blockquote").first).to_be_visible()
    expect(answer.get_by_role("link", name="Bài gốc").first).to_have_attribute(
        "href", "https://baolamgiang.example/dan-van-quy-1"
    )
    page.get_by_role("button", name="Ai dự?").click()
    expect(page.locator(".theirs").nth(1)).to_contain_text("Lường Thị Bích")
    page.locator(".theirs").nth(1).get_by_role("button", name="Chưa tốt").click()
    page.get_by_role("button", name="Sai tên, chức vụ").click()
    expect(page.locator(".theirs").nth(1)).to_contain_text("Cảm ơn bạn.")
    page.get_by_role("button", name="Báo sai cho biên tập viên").first.click()
    expect(page.locator(".theirs").first).to_contain_text("biên tập viên")
    page.get_by_role("button", name="Xóa cuộc trò chuyện này").click()
    expect(page.locator("#log")).to_contain_text("Đã xóa")
    expect(page.locator(".answer")).to_have_count(0)


def test_a_refusal_shows_what_is_near(page: Page) -> None:
    ask(page, "Ai chủ trì hội nghị về cá voi?")
    refusal = page.locator(".theirs").first
    expect(refusal).to_contain_text("chưa nói về")
    expect(refusal).to_contain_text("không phải câu trả lời")
    refusal.locator("summary").first.click()
    expect(refusal.locator("blockquote").first).to_be_visible()


def test_the_passage_opens(page: Page) -> None:
    ask(page, CHAIR)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Xem cả đoạn").first.click()
    expect(opened.value.locator("mark")).to_contain_text("Tạ Quang Hiển")


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "question":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(CHAIR)
    page.keyboard.press("Enter")
    expect(page.locator(".answer").first).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "question", "the next question can be typed at once"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(page: Page, service: Service, scheme: str) -> None:
    """The chat with an answer, a refusal and what is asked why; a passage; the admin page."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ask(page, CHAIR)
    expect(page.locator(".answer").first).to_be_visible()
    ask(page, "Ai chủ trì hội nghị về cá voi?")
    expect(page.locator(".theirs").nth(1)).to_contain_text("chưa nói về")
    page.get_by_role("button", name="Chưa tốt").first.click()
    expect(page.get_by_role("button", name="Sai tên, chức vụ")).to_be_visible()
    link = page.get_by_role("link", name="Xem cả đoạn").first.get_attribute("href")
    for path in (None, link, service.sign_in()):
        if path is not None:
            page.goto(path if path.startswith("http") else service.url(path))
            if "quan-tri" in path:
                page.get_by_role("button", name="Vào trang quản trị").click()
                page.get_by_role("button", name="Nạp lại các bài báo").click()
                expect(page.get_by_role("status")).to_contain_text("Đã nạp xong")
                expect(page.get_by_role("cell", name="reload").first).to_be_attached()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_first_answer_is_there_within_a_second_on_a_slow_phone(browser: Browser, service: Service) -> None:
    """From the press of Enter, on a page that was loaded over the same slow line; the time is printed, not gated tightly."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, has_touch=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_PHONE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(service.url("/"))
    took = page.evaluate(
        """async (question) => {
          const field = document.getElementById("question");
          field.value = question;
          const began = performance.now();
          document.getElementById("form").requestSubmit();
          while (!document.querySelector(".answer")) await new Promise(requestAnimationFrame);
          return performance.now() - began;
        }""",
        CHAIR,
    )
    print(f"first answer after {took:.0f} ms")  # noqa: T201 - the figure for docs/reliability.md
    assert took < 3000, "three times the aim: this machine is shared"
    context.close()


def test_the_widget_on_a_newspaper_s_page(browser: Browser, service: Service, newspaper: str) -> None:
    context = browser.new_context(viewport={"width": 768, "height": 900})
    page = context.new_page()
    page.goto(newspaper)
    page.get_by_role("button", name="Hỏi Tin Tỉnh").click()
    frame = page.frame_locator("iframe")
    frame.get_by_label("Câu hỏi của bạn").fill(CHAIR)
    frame.get_by_label("Câu hỏi của bạn").press("Enter")
    expect(frame.locator(".answer").first).to_contain_text("Tạ Quang Hiển")
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / "widget.png")
    page.get_by_role("button", name="Đóng").click()
    expect(page.locator("iframe")).to_be_hidden()
    context.close()
    policy = httpx.get(service.url("/khung"), trust_env=False).headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {newspaper}")
    assert "frame-ancestors 'none'" in httpx.get(service.url("/"), trust_env=False).headers["content-security-policy"]


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures(browser: Browser, service: Service, width: int, scheme: str, tmp_path: Path) -> None:
    folder = Path(SCREENSHOTS) if SCREENSHOTS else tmp_path
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(service.url("/"))
    ask(page, CHAIR)
    expect(page.locator(".answer").first).to_be_visible()
    ask(page, "con Hoi Nong dan phai lam gi")
    expect(page.locator(".answer").nth(1)).to_be_visible()
    wait_for(lambda: re.search("Hội Nông dân", page.locator("#log").inner_text()) is not None)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out at the side"
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=folder / f"chat-{width}-{scheme}.png")
    if width == 1280:
        page.locator(".opinions button").first.click()
        expect(page.locator(".opinions").first).to_contain_text("Cảm ơn")
        page.goto(service.sign_in())
        page.get_by_role("button", name="Vào trang quản trị").click()
        page.wait_for_load_state("networkidle")
        expect(page.locator("#nhan-xet td").nth(1)).to_have_text("Tốt")
        page.screenshot(path=folder / f"quan-tri-{scheme}.png", full_page=True)
    context.close()
