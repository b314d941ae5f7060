"""Stored documents are unreadable on disk, survive a change of keys, and never half-exist."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from portal.adapters.storage import DocumentMissing, DocumentUnreadable, EncryptedFolder

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_put_comes_back(tmp_path):
    store = EncryptedFolder(tmp_path, [OLD])
    assert store.get(store.put(b"Testa Sample owes nothing")) == b"Testa Sample owes nothing"


def test_HIPAA_the_disk_holds_no_plain_text_and_opens_to_the_owner_alone(tmp_path):
    key = EncryptedFolder(tmp_path, [OLD]).put(b"Testa Sample")
    (path,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert b"Testa" not in path.read_bytes()
    assert "Testa" not in key
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_new_key_opens_old_documents_and_writes_the_next_ones(tmp_path):
    key = EncryptedFolder(tmp_path, [OLD]).put(b"old")
    both = EncryptedFolder(tmp_path, [NEW, OLD])
    assert both.get(key) == b"old"
    both.rotate(key)
    assert EncryptedFolder(tmp_path, [NEW]).get(key) == b"old"
    with pytest.raises(DocumentUnreadable):
        EncryptedFolder(tmp_path, [OLD]).get(key)


def test_a_changed_file_is_refused(tmp_path):
    store = EncryptedFolder(tmp_path, [OLD])
    key = store.put(b"content")
    (path,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    path.write_bytes(path.read_bytes()[:-4] + b"AAAA")
    with pytest.raises(DocumentUnreadable):
        store.get(key)


@pytest.mark.parametrize("key", ["0" * 32, "../../etc/passwd", "", "ab/cd"])
def test_an_unknown_key_is_missing_and_no_path_leads_out(tmp_path, key):
    with pytest.raises(DocumentMissing):
        EncryptedFolder(tmp_path, [OLD]).get(key)
