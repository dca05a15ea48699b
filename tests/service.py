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


class Service:
    """The service over a folder with an index; what it keeps of people lies in a folder of its own."""

    def __init__(self, data: Path, own: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = own / "log"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TINTINH_")} | {
            "TINTINH_DATA_DIR": str(data),
            "TINTINH_DATABASE_URL": f"sqlite:///{own}/store.db",
            "TINTINH_PRIVACY__HASH_KEY": "a made-up secret of some length",
            "TINTINH_WEB__PORT": str(self.port),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"], env=self.environment, stderr=log, stdout=log
            )
        wait_for(self.alive, 60, lambda: self.log.read_text(encoding="utf-8")[-2000:])
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def alive(self) -> bool:
        """Tell whether questions are answered."""
        try:
            return httpx.get(self.url("/readyz"), trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

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
