"""How the web is served: gunicorn knows each option that we give it, and one proxy is believed."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from gunicorn.config import Config

from portal import db
from portal.cli import gunicorn_arguments

WSGI = Path(__file__).resolve().parents[2] / "wsgi.py"


def test_gunicorn_listens_here_alone_and_takes_no_commands() -> None:
    given = Config().parser().parse_args(gunicorn_arguments(8000, 2))
    assert given.bind == ["127.0.0.1:8000"]
    assert given.args == ["wsgi:application"]
    assert given.control_socket_disable is True


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_live_key_beside_a_stand_in_does_not_start(command: str, tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "portal", command],
        cwd=WSGI.parent,
        env=os.environ
        | {
            "KINDBILL_HOME": str(tmp_path),
            "KINDBILL_PUBLIC_URL": "https://pay.practice.example.com",
            "STRIPE_SECRET_KEY": "sk_live_nothing",
            "STRIPE_API_BASE": "http://localhost:8420",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert "STRIPE_API_BASE points elsewhere" in started.stderr


def test_behind_tls_the_proxy_tells_the_caller_but_never_our_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KINDBILL_HOME", str(tmp_path))
    monkeypatch.setenv("KINDBILL_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("KINDBILL_PUBLIC_URL", "https://pay.practice.example.com")
    monkeypatch.setattr(db, "bind", lambda _engine: None)
    proxy = runpy.run_path(str(WSGI))["application"]
    assert (proxy.x_for, proxy.x_proto, proxy.x_host) == (1, 1, 0)
