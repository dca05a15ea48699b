"""Updates over three webhooks and polling, some of them twice, while the service is stopped and killed: each answered once.

The platforms are the strict servers of the tests; what they are not told was taken they send again, as the real ones do.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.library import Library
from retrieval.encoding import Encoder
from tests.bot_api import TOKEN, BotApi, wait_for
from tests.zalo_api import APP_ID, BOT_TOKEN, FIRST_REFRESH, OA_SECRET, SECRET_KEY, OaApi, ZaloBotApi, signed

SECRET, ZALO_SECRET = "webhook-secret-of-telegram", "webhook-secret-of-zalo"
DUPLICATES = 0.05
POSTERS = 6
ROOT = Path(__file__).parents[1]


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


class Service:
    """`tintinh serve` with all channels, stopped and started again."""

    def __init__(self, folder: Path, telegram: BotApi, oa: OaApi, zalo: ZaloBotApi) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "log"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TINTINH_")} | {
            "TINTINH_DATA_DIR": str(folder / "data"),
            "TINTINH_WEB__PORT": str(self.port),
            "TINTINH_TELEGRAM__TOKEN": TOKEN,
            "TINTINH_TELEGRAM__BASE_URL": telegram.base_url,
            "TINTINH_ZALO_OA__APP_ID": APP_ID,
            "TINTINH_ZALO_OA__SECRET_KEY": SECRET_KEY,
            "TINTINH_ZALO_OA__OA_SECRET_KEY": OA_SECRET,
            "TINTINH_ZALO_OA__REFRESH_TOKEN": FIRST_REFRESH,
            "TINTINH_ZALO_OA__BASE_URL": oa.address,
            "TINTINH_ZALO_OA__OAUTH_URL": f"{oa.address}/v4/oa/access_token",
            "TINTINH_ZALO_BOT__TOKEN": BOT_TOKEN,
            "TINTINH_ZALO_BOT__BASE_URL": zalo.address,
            "TINTINH_ZALO_BOT__WEBHOOK_SECRET": ZALO_SECRET,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, webhook: bool) -> None:
        """Start, and wait until questions are answered."""
        mode = {
            "TINTINH_TELEGRAM__MODE": "webhook", "TINTINH_TELEGRAM__WEBHOOK_URL": "https://hoi.example.vn/telegram",
            "TINTINH_TELEGRAM__WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"], env=self.environment | (mode if webhook else {}), stderr=log, stdout=log, cwd=ROOT,
            )  # fmt: skip
        wait_for(self.alive, 60, lambda: self.log.read_text(encoding="utf-8")[-2000:])

    def stop(self, with_signal: signal.Signals) -> None:
        """Stop or kill it; a stop must be over within 10 s."""
        if self.process is not None:
            self.process.send_signal(with_signal)
            self.process.wait(10)

    def alive(self) -> bool:
        """Tell whether questions are answered."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> bool:
        """Post as a platform does; tell whether it was told that the update was taken."""
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            return httpx.post(url, content=content, headers=headers, trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def run(folder: Path, encoder: Encoder, updates: int, stops: int, kills: int) -> Outcome:
    """Hand `updates` over, stop the service `stops` times and kill it `kills` times meanwhile; count what came back."""
    Library(folder / "data", encoder).index([Path(__file__).parent / "province" / "articles"])
    dice = random.Random(17)
    signals = [signal.SIGTERM] * stops + [signal.SIGKILL] * kills
    dice.shuffle(signals)
    with BotApi() as telegram, OaApi() as oa, ZaloBotApi() as zalo:
        service = Service(folder, telegram, oa, zalo)
        service.start(webhook=True)
        made = [_update(n, telegram, oa, zalo) for n in range(updates)]
        twice = {n for n in range(updates) if dice.random() < DUPLICATES}
        queue = [n for n in range(updates) for _ in range(2 if n in twice else 1)]
        half, at, lock = len(queue) // 2, iter(range(len(queue))), threading.Lock()
        polled = threading.Event()
        done = Counter[str]()
        handed = set(queue[:half])

        def hand_over() -> None:
            while True:
                with lock:
                    place = next(at, None)
                if place is None:
                    return
                path, content, headers, raw = made[queue[place]]
                if path == "/telegram" and place >= half:
                    polled.wait()
                    with lock:
                        if queue[place] not in handed:
                            # By polling an update comes again where it was not confirmed, with the id it was given when it came.
                            handed.add(queue[place])
                            telegram.put(json.loads(raw))
                else:
                    while not service.post(path, content, headers):
                        time.sleep(0.02)
                with lock:
                    done["posted"] += 1

        posters = [threading.Thread(target=hand_over) for _ in range(POSTERS)]
        for poster in posters:
            poster.start()
        for number, kind in enumerate(signals):
            share = (number + 1) / (len(signals) + 1)
            until = time.monotonic() + 30
            while done["posted"] < share * len(queue) and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(dice.uniform(0, 0.05))
            service.stop(kind)
            by_webhook = share < 0.5
            if not by_webhook:
                telegram.webhook = None
            service.start(webhook=by_webhook)
            if not by_webhook:
                polled.set()
        if not polled.is_set():
            service.stop(signal.SIGTERM)
            telegram.webhook = None
            service.start(webhook=False)
            polled.set()
        for poster in posters:
            poster.join()
        wait_for(
            lambda: len(_replies(telegram, oa, zalo)) >= updates,
            120,
            lambda: (
                f"{len(_replies(telegram, oa, zalo))} of {updates}; {service.log.read_text(encoding='utf-8')[-1500:]}"
            ),
        )
        time.sleep(2)
        service.stop(signal.SIGTERM)
        replies = _replies(telegram, oa, zalo)
        logged = service.log.read_bytes()
    secrets = [TOKEN, SECRET, ZALO_SECRET, BOT_TOKEN, OA_SECRET, SECRET_KEY, FIRST_REFRESH]
    return Outcome(
        updates, len(twice), stops, kills, updates - len(replies), sum(replies.values()) - len(replies),
        sum(secret.encode() in logged for secret in secrets),
    )  # fmt: skip


def _update(n: int, telegram: BotApi, oa: OaApi, zalo: ZaloBotApi) -> tuple[str, bytes, dict[str, str], str]:
    """Return update number `n`, of a chat of its own: path, body, headers, and the update as polling gives it."""
    if n % 3 == 0:
        telegram.say("xin chào", user=1_000_000 + n)
        raw = json.dumps(telegram.updates.pop())
        return "/telegram", raw.encode(), {"X-Telegram-Bot-Api-Secret-Token": SECRET}, raw
    if n % 3 == 1:
        event: dict[str, Any] = oa.event("xin chào", user=f"u{n}")
        body = json.dumps(event).encode()
        return "/zalo/oa", body, signed(body, event["timestamp"]), ""
    body = json.dumps(zalo.message("xin chào", user=f"z{n}")).encode()
    return "/zalo/bot", body, {"X-Bot-Api-Secret-Token": ZALO_SECRET}, ""


def _replies(telegram: BotApi, oa: OaApi, zalo: ZaloBotApi) -> Counter[str]:
    """Return how many messages each chat got."""
    chats = [f"t{m['chat']['id']}" for m in list(telegram.sent)]
    chats += [str(m["user"]) for m in list(oa.sent)] + [str(m["chat_id"]) for m in list(zalo.sent)]
    return Counter(chats)
