"""A payer's or clearinghouse's SFTP server from which 835 files are fetched, by a key and from one known server alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from portal.adapters.era_folder import is_finished_name
from portal.office_ports import DropFile
from portal.ports import Refused, RetryLater

T = TypeVar("T")
PATIENCE_SECONDS = 60
TAKEN = "taken"


class EraServer:
    """A RemittanceDrop: what was taken is moved into `taken` there; what we keep is deleted if that is asked for."""

    source = "sftp"

    def __init__(self, *, address: str, key_file: Path, host_key: str, delete: bool) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 22
        self._user = unquote(parts.username or "")
        self._folder = unquote(parts.path).strip("/") or "."
        self._key_file, self._host_key, self._delete = key_file, host_key, delete

    def look(self) -> tuple[DropFile, ...]:
        """Plain files by name."""
        return self._ask(self._look)

    def fetch(self, name: str, *, at_most: int) -> bytes:
        """The first bytes as they lie there: the list of a server may say less than it sends."""

        async def read(sftp: asyncssh.SFTPClient) -> bytes:
            async with sftp.open(self._path(name), "rb") as file:
                content: bytes | str = await file.read(at_most)
            assert isinstance(content, bytes), "it was opened as bytes"
            return content

        return self._ask(read)

    def put_aside(self, name: str, *, refused: bool, note: str, kept: str) -> None:
        """Move it into `taken`, refused or not; one that is gone already is no error.

        Where the settings say so, what is `kept` with us is deleted. What we do not hold never is.
        """
        del refused, note  # the server is the payer's: our reasons stay with us

        async def move(sftp: asyncssh.SFTPClient) -> None:
            path = self._path(name)
            if not await sftp.exists(path):
                return
            if self._delete and kept:
                await sftp.remove(path)
                return
            await sftp.makedirs(f"{self._folder}/{TAKEN}", exist_ok=True)
            target, number = f"{self._folder}/{TAKEN}/{name}", 1
            while await sftp.exists(target):
                number += 1
                target = f"{self._folder}/{TAKEN}/{name}.{number}"
            await sftp.rename(path, target)

        self._ask(move)

    async def _look(self, sftp: asyncssh.SFTPClient) -> tuple[DropFile, ...]:
        found = [
            DropFile(
                name=str(one.filename),
                size=one.attrs.size or 0,
                changed_at=datetime.fromtimestamp(one.attrs.mtime or 0, UTC),
            )
            for one in await sftp.readdir(self._folder)
            if one.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
            and is_finished_name(str(one.filename))
        ]
        return tuple(sorted(found, key=lambda one: one.name))

    def _path(self, name: str) -> str:
        if "/" in name or name in {"", ".", ".."}:
            raise Refused("a file's name may not lead into another folder")
        return f"{self._folder}/{name}"

    def _ask(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """One connection for one question; every error of the wire in our own words."""
        try:
            return asyncio.run(asyncio.wait_for(self._connected(work), PATIENCE_SECONDS))
        except asyncssh.HostKeyNotVerifiable as error:
            raise Refused("the server shows another key than the one in our settings") from error
        except (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied) as error:
            raise Refused("the server does not let us in, or not at this folder") from error
        except (asyncssh.KeyImportError, FileNotFoundError) as error:
            raise Refused("our key, or the server's in our settings, cannot be read") from error
        except asyncssh.SFTPNoSuchFile as error:
            raise RetryLater("the folder or file is not there") from error
        except (OSError, TimeoutError, asyncssh.Error) as error:
            raise RetryLater("the server did not answer as it should") from error

    async def _connected(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        known = asyncssh.import_public_key(self._host_key)
        async with (
            asyncssh.connect(
                self._host,
                self._port,
                username=self._user,
                client_keys=[str(self._key_file)],
                known_hosts=([known], [], []),
                agent_path=None,
                config=None,
            ) as connection,
            # Names are bytes there: one that is no UTF-8 must not hide the others.
            connection.start_sftp_client(path_errors="surrogateescape") as sftp,
        ):
            return await work(sftp)
