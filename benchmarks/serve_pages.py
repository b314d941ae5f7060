"""The same signed-in page over real sockets, served as `python -m portal serve` does, and by granian."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.database import CHECKOUT, empty_practice
from benchmarks.measure import by_turns, size, tell
from benchmarks.practice import sent_statement
from benchmarks.sign_in import environment, signed_in
from portal.app import create_app
from portal.cli import gunicorn_arguments
from portal.config import Settings
from tests.demo_run import free_port

WORKERS, THREADS = size(2, 1), 4
PATIENCE = 60.0  # seconds until a server answers
BROWSERS = 8  # as many connections as there are threads to serve them


def granian_arguments(port: int) -> list[str]:
    return [
        *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
        *("--no-ws", "--log-level", "error", "wsgi:application"),
    ]


@contextmanager
def serving(
    module: str, arguments: list[str], port: int, settings: dict[str, str]
) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None, f"{module} ended"
            assert time.monotonic() < deadline, f"{module} does not answer"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    try:
        return get(HTTPConnection("127.0.0.1", port, timeout=5), "/readyz", "")
    except OSError:
        return False


def get(connection: HTTPConnection, path: str, cookie: str) -> bool:
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    response.read()
    return response.status == 200  # noqa: PLR2004 - HTTP says OK by this number


def fetch(port: int, cookie: str, times: int) -> None:
    """Every browser keeps its connection, as a proxy in front of us does."""

    def browser() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        failed.extend(1 for _ in range(times // BROWSERS) if not get(connection, "/bills", cookie))

    failed: list[int] = []
    browsers = [threading.Thread(target=browser) for _ in range(BROWSERS)]
    for one in browsers:
        one.start()
    for one in browsers:
        one.join()
    assert not failed


def main() -> None:
    times = size(400, BROWSERS)
    with empty_practice() as (url, home):
        settings = environment(url, home)
        sent = sent_statement(Path(home))
        app = create_app(Settings.from_env(settings))
        browser = signed_in(app, sent.account_id)
        kept = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert kept is not None
        cookie = f"{kept.key}={kept.value}"
        ports = free_port(), free_port()
        with (
            serving("gunicorn", gunicorn_arguments(ports[0], WORKERS), ports[0], settings),
            serving("granian", granian_arguments(ports[1]), ports[1], settings),
        ):
            for port in ports:
                fetch(port, cookie, times)  # each process compiles its templates once
            ours, peer = by_turns(*(partial(fetch, port, cookie, times) for port in ports), runs=5)
    tell(
        "Overview over gunicorn",
        times / ours,
        "pages/s",
        peer="granian",
        peer_value=times / peer,
    )


if __name__ == "__main__":
    main()
