"""A strict chat-completions server on loopback. What it replies is set by the test; what it was sent is kept.

Rules, from the API reference of OpenAI (platform.openai.com/docs/api-reference/chat): POST /v1/chat/completions with a
bearer token; `model` and a non-empty `messages` are required, each message with a role it knows and a content;
`response_format` {"type": "json_object"} demands the word JSON in a message. Else 400 (401 without the token).
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "made-up-key"


class Chat:
    """What the server saw, and what it will say: a reply's text, a status, or something done to the connection."""

    def __init__(self) -> None:
        self.address = ""
        self.seen: list[dict[str, Any]] = []
        self.says: Callable[[dict[str, Any]], str] = lambda _: ""
        self.status = 200
        self.stalls = 0.0
        self.drips = False
        self.raw: bytes | None = None

    def passages(self) -> dict[str, Any]:
        """Return the question and passages of the last request."""
        found: dict[str, Any] = json.loads(self.seen[-1]["messages"][-1]["content"])
        return found


def broken_rule(headers: Any, body: dict[str, Any]) -> tuple[int, str] | None:
    """Return the status and words for a request the API would refuse, None where it is good."""
    if headers.get("Authorization") != f"Bearer {KEY}":
        return 401, "Incorrect API key provided"
    messages = body.get("messages")
    if not body.get("model") or not isinstance(messages, list) or not messages:
        return 400, "model and messages are required"
    if any(
        m.get("role") not in {"system", "user", "assistant"} or not isinstance(m.get("content"), str) for m in messages
    ):
        return 400, "a message has a role and a content"
    if body.get("response_format", {}).get("type") == "json_object" and not any(
        "json" in m["content"].lower() for m in messages
    ):
        return 400, "'messages' must contain the word 'json'"
    return None


@contextmanager
def chat_server() -> Iterator[Chat]:
    """Run the server on a free port."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = broken_rule(self.headers, body) if self.path == "/v1/chat/completions" else (404, "no such path")
            if fault is not None:
                self._send(
                    fault[0], json.dumps({"error": {"message": fault[1], "type": "invalid_request_error"}}).encode()
                )
                return
            chat.seen.append(body)
            time.sleep(chat.stalls)
            if chat.raw is not None:
                self._send(chat.status, chat.raw)
                return
            choice = {"index": 0, "message": {"role": "assistant", "content": chat.says(body)}, "finish_reason": "stop"}
            reply = {"id": "c1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
            self._send(chat.status, json.dumps(reply).encode())

        def _send(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for at in range(len(data)) if chat.drips else ():
                try:
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
            if not chat.drips:
                with contextlib.suppress(OSError):  # the client has gone: that is what the test is about
                    self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    chat.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
