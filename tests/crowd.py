"""Many people at once over HTTP: questions come when they are due, whoever is served; what each waited from then is the measure.

python -m tests.crowd DATA SECONDS [PROCESSES]      (over the index in DATA, answered by so many processes, 2; `python -m tests.torture crowd` over a small one)
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.service import Service

ROOT = Path(__file__).parents[1]
NOISE = 100
"""Turns a second of the one noisy conversation."""
QUESTIONS = (
    "ai chu tri hoi nghi giao ban dan van quy 1 2024", "Hội Nông dân phải làm gì?", "Ai chủ trì hội nghị về cá voi?", "huyện Ba Khe chuyển đổi số thế nào",
    "lễ hội cầu mùa diễn ra ở đâu", "chi trả dịch vụ môi trường rừng bao nhiêu tiền", "sạt lở ở đâu", "tàu thuyền hồ Lam",
)  # fmt: skip


@dataclass
class Waits:
    """What some questions waited, in seconds, and how many failed."""

    seconds: list[float]
    failed: int

    @property
    def p99_ms(self) -> float:
        """The time within which 99 of 100 were answered."""
        return statistics.quantiles(self.seconds, n=100)[98] * 1000


async def openly(service: Service, rate: float, seconds: float, askers: int) -> Waits:
    """Ask at `rate` a second for `seconds`, by `askers` connections, each question whenever it is due."""
    count = int(rate * seconds)
    waits: list[float] = []
    failed = 0
    number = iter(range(count))
    limits = httpx.Limits(max_connections=askers, max_keepalive_connections=askers)
    async with httpx.AsyncClient(base_url=service.url(""), trust_env=False, limits=limits, timeout=30) as client:
        began = time.perf_counter()

        async def asker(own: int) -> None:
            nonlocal failed
            for n in number:
                due = began + n / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                answer = await client.post(
                    "/api/ask", json={"question": QUESTIONS[n % len(QUESTIONS)], "client": f"asker-number-{own:06}"}
                )
                waits.append(time.perf_counter() - due)
                failed += answer.status_code != 200

        await asyncio.gather(*(asker(own) for own in range(askers)))
    return Waits(waits, failed)


async def noisy(address: str, rate: float, seconds: float) -> int:
    """Send turns of one conversation at `rate` a second; return how many were told to wait."""
    told = 0
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        began = time.perf_counter()

        async def turn(n: int) -> None:
            nonlocal told
            await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
            answer = await client.post(
                "/api/chat", json={"client": "one-noisy-client", "text": QUESTIONS[n % len(QUESTIONS)]}
            )
            told += answer.status_code == 429

        await asyncio.gather(*(turn(n) for n in range(int(rate * seconds))))
    return told


def crowd(
    data: Path, own: Path, seconds: float, rate: float = 60, askers: int = 64, processes: int = 2
) -> dict[str, float]:
    """Return the figures: a single asker, a crowd, and the crowd beside one noisy conversation."""
    with Service(data, own, TINTINH_PROCESSES=str(processes)) as service:
        asyncio.run(openly(service, 20, 5, 4))  # what is read at first use is read
        alone = asyncio.run(openly(service, 5, max(20.0, seconds / 10), 1))
        many = asyncio.run(openly(service, rate, seconds, askers))
        quiet = asyncio.run(openly(service, rate / 3, seconds / 4, askers))
        # The noise comes from a process of its own: in ours its sending would be measured, not what the service does.
        noise = subprocess.Popen(
            [sys.executable, "-m", "tests.crowd", "--noise", service.url(""), str(seconds / 4 + 2)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        time.sleep(1)
        beside = asyncio.run(openly(service, rate / 3, seconds / 4, askers))
        told = int(noise.communicate(timeout=60)[0])
    figures = {
        "alone_p99_ms": alone.p99_ms, "crowd_p99_ms": many.p99_ms, "ratio": many.p99_ms / alone.p99_ms, "answers": len(many.seconds),
        "quiet_p99_ms": quiet.p99_ms, "beside_noise_p99_ms": beside.p99_ms, "noise_ratio": beside.p99_ms / quiet.p99_ms, "noise_told_to_wait": told,
    }  # fmt: skip
    failed = _failed((alone, many, quiet, beside))
    if failed:
        raise AssertionError(f"{failed} questions failed: {figures}")
    return figures


def _failed(waits: Sequence[Waits]) -> int:
    return sum(w.failed for w in waits)


if __name__ == "__main__":
    if sys.argv[1] == "--noise":
        print(asyncio.run(noisy(sys.argv[2], NOISE, float(sys.argv[3]))))  # noqa: T201 - for the process that measures
    else:
        with tempfile.TemporaryDirectory() as folder:
            count = int(sys.argv[3]) if len(sys.argv) == 4 else 2
            print(crowd(Path(sys.argv[1]), Path(folder), float(sys.argv[2]), processes=count))  # noqa: T201
