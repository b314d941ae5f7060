"""Files from a payer's server: a real SFTP server on this machine, its key pinned, nothing deleted unasked."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from portal.adapters.era_sftp import EraServer
from portal.config import ConfigurationError, Settings
from portal.ports import Refused, RetryLater
from portal.wiring import build

KEPT = "0" * 64  # the SHA-256 of what our store holds
DATA = b"ISA*" + bytes(range(256)) * 50


@dataclass
class Clearinghouse:
    """Where the server listens, and the folder that it shows."""

    port: int
    folder: Path
    key_file: Path
    host_key: str

    def drop(self, **changes: object) -> EraServer:
        fields = {
            "address": f"sftp://office@127.0.0.1:{self.port}/outbox",
            "key_file": self.key_file,
            "host_key": self.host_key,
            "delete": False,
        }
        return EraServer(**(fields | changes))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clearinghouse]:
    """One server for the module, in a thread with an event loop of its own."""
    home = tmp_path_factory.mktemp("sftp")
    ours, theirs = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    ours.write_private_key(str(home / "our_key"))
    (home / "authorized").write_bytes(ours.export_public_key())
    root = home / "root"
    (root / "outbox").mkdir(parents=True)
    loop, started, ports = asyncio.new_event_loop(), threading.Event(), []

    async def listen() -> asyncssh.SSHAcceptor:
        acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[theirs],
            authorized_client_keys=str(home / "authorized"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
        )
        ports.append(acceptor.get_port())
        started.set()
        return acceptor

    def serve() -> None:
        acceptor = loop.run_until_complete(listen())
        loop.run_forever()
        acceptor.close()
        loop.run_until_complete(acceptor.wait_closed())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert started.wait(20), "the server did not start"
    public = theirs.export_public_key().decode()
    yield Clearinghouse(ports[0], root / "outbox", home / "our_key", public)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)


@pytest.fixture
def outbox(server: Clearinghouse) -> Path:
    """The folder, empty again."""
    for path in sorted(server.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    return server.folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_seen_fetched_and_moved_into_taken(server: Clearinghouse, outbox: Path) -> None:
    for name in ("b.835", "a.835", "c.835.part", ".d"):
        (outbox / name).write_bytes(DATA)
    (outbox / "folder").mkdir()
    drop = server.drop()
    found = drop.look()
    assert [(one.name, one.size) for one in found] == [("a.835", len(DATA)), ("b.835", len(DATA))]
    assert found[0].changed_at.timestamp() == int((outbox / "a.835").stat().st_mtime)
    assert drop.fetch("a.835", at_most=len(DATA) + 1) == DATA
    drop.put_aside("a.835", refused=False, note="Posted.", kept=KEPT)
    drop.put_aside("a.835", refused=False, note="Posted.", kept=KEPT)  # again, after a crash
    (outbox / "a.835").write_bytes(b"2")
    drop.put_aside("a.835", refused=True, note="Cut off.", kept="")
    assert names(outbox / "taken") == ["a.835", "a.835.2"]
    assert (outbox / "taken" / "a.835").read_bytes() == DATA
    assert [one.name for one in drop.look()] == ["b.835"]


def test_OPS_9_a_name_that_is_no_utf_8_hides_no_other_and_no_more_is_read_than_asked(
    server: Clearinghouse, outbox: Path
) -> None:
    odd = os.fsdecode(b"f\xe9v.835")
    for name in (odd, "z.835"):
        (outbox / name).write_bytes(DATA)
    drop = server.drop()
    assert [one.name for one in drop.look()] == [odd, "z.835"]
    assert drop.fetch("z.835", at_most=100) == DATA[:100]
    drop.put_aside(odd, refused=True, note="", kept="")
    assert [one.name for one in drop.look()] == ["z.835"]


def test_files_are_deleted_there_only_where_the_setting_says_so(
    server: Clearinghouse, outbox: Path
) -> None:
    (outbox / "a.835").write_bytes(DATA)
    (outbox / "huge.835").write_bytes(b"more than we take")
    drop = server.drop(delete=True)
    drop.put_aside("a.835", refused=False, note="", kept=KEPT)
    assert names(outbox) == ["huge.835"]
    drop.put_aside("huge.835", refused=True, note="", kept="")
    assert names(outbox) == ["taken"], "what we do not hold is deleted nowhere"


def test_a_server_with_another_key_is_refused(server: Clearinghouse) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(Refused, match="another key"):
        server.drop(host_key=other).look()


def test_a_stranger_is_not_let_in(server: Clearinghouse, tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(tmp_path / "key"))
    with pytest.raises(Refused, match="does not let us in"):
        server.drop(key_file=tmp_path / "key").look()


def test_keys_that_cannot_be_read_are_said_to_be(server: Clearinghouse, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    for changes in (
        {"key_file": tmp_path / "key"},
        {"key_file": tmp_path / "none"},
        {"host_key": "x"},
    ):
        with pytest.raises(Refused, match="cannot be read"):
            server.drop(**changes).look()


def test_what_is_not_there_and_who_does_not_answer_is_asked_later(
    server: Clearinghouse, outbox: Path
) -> None:
    with pytest.raises(RetryLater):
        server.drop().fetch("gone.835", at_most=9)
    with pytest.raises(RetryLater):
        server.drop(address=f"sftp://office@127.0.0.1:{server.port}/nowhere").look()
    with pytest.raises(RetryLater):
        server.drop(address="sftp://office@127.0.0.1:1/outbox").look()


def test_a_name_never_leads_into_another_folder(server: Clearinghouse) -> None:
    for name in ("../key", "a/b", "..", ""):
        with pytest.raises(Refused):
            server.drop().fetch(name, at_most=9)


def test_the_settings_name_a_server_a_key_and_the_servers_key(tmp_path: Path) -> None:
    given = {
        "KINDBILL_HOME": str(tmp_path),
        "KINDBILL_ERA_FOLDER": str(tmp_path / "in"),
        "KINDBILL_ERA_SFTP": "sftp://office@files.example.com/outbox",
        "KINDBILL_ERA_SFTP_KEY": str(tmp_path / "key"),
        "KINDBILL_ERA_SFTP_HOST_KEY": "ssh-ed25519 AAAA",
    }
    drops = build(Settings.from_env(given)).remittance_drops
    assert [drop.source for drop in drops] == ["folder", "sftp"]
    assert build(Settings.from_env({"KINDBILL_HOME": str(tmp_path)})).remittance_drops == ()
    for name, value in (
        ("KINDBILL_ERA_SFTP", "sftp://office:secret@files.example.com"),
        ("KINDBILL_ERA_SFTP", "https://files.example.com"),
        ("KINDBILL_ERA_SFTP_KEY", ""),
        ("KINDBILL_ERA_SFTP_HOST_KEY", ""),
    ):
        with pytest.raises(ConfigurationError, match="KINDBILL_ERA_SFTP"):
            Settings.from_env(given | {name: value})
