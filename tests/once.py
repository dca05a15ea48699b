"""Updates over three webhooks and polling, some of them twice, while the service is stopped and killed: each answered once.

The platforms are the strict servers of the tests; what they are not told was taken they send again, as the real ones do.
"""

import json
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from bot.library import Library
from retrieval.encoding import Encoder
from tests.bot_api import TOKEN, BotApi, wait_for
from tests.service import Service
from tests.zalo_api import APP_ID, BOT_TOKEN, FIRST_REFRESH, OA_SECRET, SECRET_KEY, OaApi, ZaloBotApi, signed

SECRET, ZALO_SECRET = "webhook-secret-of-telegram", "webhook-secret-of-zalo"
DUPLICATES = 0.05
POSTERS = 6
POST_EVERY_S = 0.1
"""So sixty updates a second come in, a third of them Telegram's, which takes thirty answers a second: more is an overload, and shed."""
AGAIN_S = 0.1
"""How long a platform waits before it posts again what was not taken; the real ones wait longer."""


@dataclass
class Outcome:
    """What came of it."""

    updates: int
    again: int
    """Updates that were handed over twice."""
    stops: int
    kills: int
    lost: int
    duplicates: int
    secrets_in_logs: int

    @property
    def good(self) -> bool:
        """None lost, and at most one duplicate a kill."""
        return not self.lost and self.duplicates <= self.kills and not self.secrets_in_logs


class Channels(Service):
    """The service with all channels, stopped and started again, Telegram by webhook or polled."""

    def __init__(self, folder: Path, telegram: BotApi, oa: OaApi, zalo: ZaloBotApi, client: httpx.Client) -> None:
        super().__init__(
            folder / "data",
            folder,
            TINTINH_TELEGRAM__TOKEN=TOKEN,
            TINTINH_TELEGRAM__BASE_URL=telegram.base_url,
            TINTINH_ZALO_OA__APP_ID=APP_ID,
            TINTINH_ZALO_OA__SECRET_KEY=SECRET_KEY,
            TINTINH_ZALO_OA__OA_SECRET_KEY=OA_SECRET,
            TINTINH_ZALO_OA__REFRESH_TOKEN=FIRST_REFRESH,
            TINTINH_ZALO_OA__BASE_URL=oa.address,
            TINTINH_ZALO_OA__OAUTH_URL=f"{oa.address}/v4/oa/access_token",
            TINTINH_ZALO_BOT__TOKEN=BOT_TOKEN,
            TINTINH_ZALO_BOT__BASE_URL=zalo.address,
            TINTINH_ZALO_BOT__WEBHOOK_SECRET=ZALO_SECRET,
        )
        # One for all posts: making one, with its certificates, costs more than the service takes to answer.
        self._client = client

    def begin(self, *, webhook: bool) -> None:
        """Start, and wait until questions are answered."""
        mode = {
            "TINTINH_TELEGRAM__MODE": "webhook",
            "TINTINH_TELEGRAM__WEBHOOK_URL": "https://hoi.example.vn/telegram",
            "TINTINH_TELEGRAM__WEBHOOK_SECRET": SECRET,
        }
        self.start(**(mode if webhook else {}))
        self.wait()

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> bool:
        """Post as a platform does; tell whether it was told that the update was taken."""
        try:
            answer = self._client.post(self.url(path), content=content, headers=headers)
        except httpx.TransportError:
            return False
        return answer.status_code == 200


class Made(NamedTuple):
    """An update as its platform posts it."""

    path: str
    content: bytes
    headers: dict[str, str]


class Handover:
    """Hands updates over as the platforms do: again and again until told that they were taken.

    Telegram posts the first half and is polled for the second, under rising ids: by polling an update comes again where it
    was not confirmed, with the id that it had.
    """

    def __init__(self, service: Channels, telegram: BotApi, made: list[Made], queue: list[int]) -> None:
        self._service, self._telegram, self._made, self._queue = service, telegram, made, queue
        self._half = len(queue) // 2
        self._next = iter(range(len(queue)))
        self._seen = set(queue[: self._half])
        self._to_post = sum(made[n].path == "/telegram" for n in queue[: self._half])
        self._lock = threading.Lock()
        self.polled = threading.Event()
        """Telegram is polled now."""
        self.done = 0
        self._threads = [threading.Thread(target=self._hand_over) for _ in range(POSTERS)]
        for thread in self._threads:
            thread.start()

    def wait(self, count: float) -> None:
        """Wait until `count` updates are handed over."""
        until = time.monotonic() + 60
        while self.done < count and time.monotonic() < until:
            time.sleep(0.005)

    def wait_posted(self) -> None:
        """Wait until Telegram has posted all that it posts: only then may it be polled."""
        wait_for(lambda: self._to_post == 0, 60)

    def join(self) -> None:
        """Wait until all is handed over."""
        for thread in self._threads:
            thread.join()

    def _hand_over(self) -> None:
        while True:
            with self._lock:
                place = next(self._next, None)
            if place is None:
                return
            update = self._made[self._queue[place]]
            by_polling = update.path == "/telegram" and place >= self._half
            if by_polling:
                self.polled.wait()
            else:
                while not self._service.post(update.path, update.content, update.headers):
                    time.sleep(AGAIN_S)
                time.sleep(POST_EVERY_S)
            with self._lock:
                if by_polling and self._queue[place] not in self._seen:
                    self._seen.add(self._queue[place])
                    self._telegram.put(json.loads(update.content))
                self._to_post -= update.path == "/telegram" and not by_polling
                self.done += 1


def run(folder: Path, encoder: Encoder, updates: int, stops: int, kills: int) -> Outcome:
    """Hand `updates` over, stop the service `stops` times and kill it `kills` times meanwhile; count what came back."""
    folder.mkdir(exist_ok=True)
    Library(folder / "data", encoder).index([Path(__file__).parent / "province" / "articles"])
    dice = random.Random(17)
    signals = [signal.SIGTERM] * stops + [signal.SIGKILL] * kills
    dice.shuffle(signals)
    client = httpx.Client(trust_env=False, timeout=5)
    with BotApi() as telegram, OaApi() as oa, ZaloBotApi() as zalo, client:
        service = Channels(folder, telegram, oa, zalo, client)
        service.begin(webhook=True)
        made = [_update(n, telegram, oa, zalo) for n in range(updates)]
        twice = {n for n in range(updates) if dice.random() < DUPLICATES}
        queue = [n for n in range(updates) for _ in range(2 if n in twice else 1)]
        handover = Handover(service, telegram, made, queue)
        for number, kind in enumerate(signals, 1):
            share = number / (len(signals) + 1)
            webhook = share < 0.5
            if webhook or handover.polled.is_set():
                handover.wait(share * len(queue))
            else:
                handover.wait_posted()
                telegram.webhook = None
            time.sleep(dice.uniform(0, 0.05))
            service.stop(kind)
            service.begin(webhook=webhook)
            if not webhook:
                handover.polled.set()
        handover.join()
        wait_for(
            lambda: len(_replies(telegram, oa, zalo)) >= updates, 120,
            lambda: f"{len(_replies(telegram, oa, zalo))} of {updates}; {service.logged()[-1500:]}",
        )  # fmt: skip
        time.sleep(2)  # for what would come twice
        service.stop()
        replies = _replies(telegram, oa, zalo)
    secrets = [TOKEN, SECRET, ZALO_SECRET, BOT_TOKEN, OA_SECRET, SECRET_KEY, FIRST_REFRESH]
    logged = service.log.read_bytes()
    return Outcome(
        updates, len(twice), stops, kills, updates - len(replies), sum(replies.values()) - len(replies),
        sum(secret.encode() in logged for secret in secrets),
    )  # fmt: skip


def _update(n: int, telegram: BotApi, oa: OaApi, zalo: ZaloBotApi) -> Made:
    """Return update number `n`, of a chat of its own."""
    if n % 3 == 0:
        telegram.say("xin chào", user=1_000_000 + n)
        body = json.dumps(telegram.updates.pop()).encode()
        return Made("/telegram", body, {"X-Telegram-Bot-Api-Secret-Token": SECRET})
    if n % 3 == 1:
        event: dict[str, Any] = oa.event("xin chào", user=f"u{n}")
        body = json.dumps(event).encode()
        return Made("/zalo/oa", body, signed(body, event["timestamp"]))
    body = json.dumps(zalo.message("xin chào", user=f"z{n}")).encode()
    return Made("/zalo/bot", body, {"X-Bot-Api-Secret-Token": ZALO_SECRET})


def _replies(telegram: BotApi, oa: OaApi, zalo: ZaloBotApi) -> Counter[str]:
    """Return how many messages each chat got."""
    chats = [f"t{m['chat']['id']}" for m in list(telegram.sent)]
    chats += [str(m["user"]) for m in list(oa.sent)] + [str(m["chat_id"]) for m in list(zalo.sent)]
    return Counter(chats)
