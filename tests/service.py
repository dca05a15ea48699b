"""`tintinh serve` in a process of its own, for the tests that need a real one."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

import httpx

from tests.bot_api import wait_for

DRAINED_S = 10
"""Within which a stop must be over."""


class Service:
    """The service over a folder with an index; what it keeps of people lies in the folder `own`, with its log."""

    def __init__(self, data: Path, own: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = own / "log"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TINTINH_")} | {
            "TINTINH_DATA_DIR": str(data),
            # The index is shared, what is kept of people is not: each fake platform begins with the same ids of updates.
            "TINTINH_DATABASE_URL": f"sqlite:///{own}/store.db",
            "TINTINH_PRIVACY__HASH_KEY": "a made-up secret of some length",
            "TINTINH_WEB__PORT": str(self.port),
            "TINTINH_PROCESSES": "0",  # what is tested here has nothing to do with who reads the articles
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, **settings: str) -> None:
        """Start it, with further settings for this time."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"], env=self.environment | settings, stderr=log, stdout=log
            )

    def wait(self) -> None:
        """Wait until questions are answered."""
        wait_for(self.alive, 60, lambda: self.logged()[-2000:])

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Stop or kill it, and return how it ended; it must be over soon."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(with_signal)
        return process.wait(DRAINED_S)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def alive(self) -> bool:
        """Tell whether questions are answered."""
        try:
            return httpx.get(self.url("/readyz"), trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def logged(self) -> str:
        """Return the log."""
        return self.log.read_text(encoding="utf-8")

    def sign_in(self) -> str:
        """Return an address that signs in to the admin page once."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "sign-in"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
