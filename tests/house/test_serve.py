"""How the web is served: gunicorn knows each option that we give it, and one proxy is believed."""

from __future__ import annotations

import runpy
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


def test_behind_tls_the_proxy_tells_the_caller_but_never_our_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KINDBILL_HOME", str(tmp_path))
    monkeypatch.setenv("KINDBILL_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("KINDBILL_PUBLIC_URL", "https://pay.practice.example.com")
    monkeypatch.setattr(db, "bind", lambda _engine: None)
    proxy = runpy.run_path(str(WSGI))["application"]
    assert (proxy.x_for, proxy.x_proto, proxy.x_host) == (1, 1, 0)
