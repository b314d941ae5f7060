"""Documents as encrypted files in a folder; a stolen disk shows nothing, and keys can be changed."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY = re.compile(r"[0-9a-f]{32}")


class DocumentMissing(LookupError):
    """There is no such document in the folder."""


class DocumentUnreadable(ValueError):
    """The file was changed, or was written with a key that is not in the settings."""


class EncryptedFolder:
    """A DocumentStore on disk: new files use the first key, old ones open with any."""

    def __init__(self, folder: Path, keys: Sequence[str]) -> None:
        self._folder = folder
        self._cipher = MultiFernet([Fernet(key) for key in keys])

    def put(self, content: bytes) -> str:
        """Keep the content under a new random key; whole or not at all, even if power fails."""
        key = secrets.token_hex(16)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write(path, self._cipher.encrypt(content))
        return key

    def get(self, key: str) -> bytes:
        """The content as it was put."""
        return self._decrypt(self._read(key))

    def delete(self, key: str) -> None:
        """Remove the document; one that is gone already is no error."""
        self._path(key).unlink(missing_ok=True)

    def rotate_all(self) -> int:
        """Write every document again under the newest key, whatever table points at it; how many."""
        keys = sorted(path.name for path in self._folder.glob("??/*") if KEY.fullmatch(path.name))
        rotated = 0
        for key in keys:
            try:
                self.rotate(key)
            except DocumentMissing:
                continue  # deleted meanwhile
            rotated += 1
        return rotated

    def rotate(self, key: str) -> None:
        """Write the same content again under the newest key."""
        try:
            fresh = self._cipher.rotate(self._read(key))
        except InvalidToken as error:
            raise DocumentUnreadable(key) from error
        self._write(self._path(key), fresh)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise DocumentMissing(key)
        return self._folder / key[:2] / key

    def _read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise DocumentMissing(key) from error

    def _decrypt(self, token: bytes) -> bytes:
        try:
            return self._cipher.decrypt(token)
        except InvalidToken as error:
            raise DocumentUnreadable("the file was changed, or its key is missing") from error

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        # Whoever put it may remove their own copy now: the names too must outlast a loss of power.
        for folder in (path.parent, path.parent.parent):
            number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(number)
            finally:
                os.close(number)
