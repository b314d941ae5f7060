"""A listener on the wire: passes everything on, and keeps every parameter that left us, whatever sent it."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import requests

HOP_BY_HOP = {
    "connection",
    "transfer-encoding",
    "content-encoding",
    "content-length",
    "server",
    "date",
}

# A part of a form with a file: its name, and what it says if it is no file.
PART = re.compile(
    r'name="(\w+)"(?:; filename="[^"]*")?\r\n(?:[\w-]+: [^\r]*\r\n)*\r\n([^\r]{0,40})'
)


@dataclass
class Overheard:
    """Every request in order, with its parameters and the headers that could carry words."""

    url: str
    said: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)  # the whole of each, also what no form holds
    keys: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.said}


@contextmanager
def overhearing(target: str) -> Iterator[Overheard]:
    """An address that behaves like the target, and remembers."""
    heard = Overheard("")

    class Passer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            words = body.decode("latin-1")
            if "multipart/" in self.headers.get("Content-Type", ""):
                heard.said += PART.findall(words)
            else:
                heard.said += parse_qsl(words, keep_blank_values=True)
            heard.said += parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
            heard.bodies.append(f"{self.command} {self.path} {words}")
            heard.keys.append(self.headers.get("Idempotency-Key", ""))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            headers["Host"] = urlsplit(target).netloc  # pages that it names are its own
            answer = requests.request(
                self.command, target + self.path, data=body, headers=headers, timeout=30
            )
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_DELETE = do_POST  # noqa: N815 - the names that the server calls

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passer)
    heard.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard
    finally:
        server.shutdown()
