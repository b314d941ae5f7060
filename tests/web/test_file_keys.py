"""The keys of stored files change under running servers, and nobody notices (HIPAA-5)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from portal.adapters.storage import DocumentUnreadable
from portal.app import create_app
from portal.config import Settings
from tests.web.insurance_world import begun, open_world, photo, send_photo
from tests.web.pages import PageClient
from tests.web.people import signed_in


def test_HIPAA_5_the_file_keys_change_while_people_look_at_their_cards(
    patient_app: Flask, as_patient: Callable[..., PageClient], settings: Settings, now: datetime
) -> None:
    """As docs/operations.md says: the new key first, restart, the command by hand, the old key away, restart."""

    def seen(*file_keys: str) -> str:
        """What a server with these keys shows of the card."""
        server = create_app(replace(settings, file_keys=file_keys))
        server.config["CLOCK"] = lambda: now
        page = signed_in(PageClient(server), client.login_id).get(
            f"{at}/picture/front", expect=None
        )
        return page.response.mimetype if page.status == 200 else str(page.status)

    patient_app.config["CLOCK"] = lambda: now
    world = open_world()
    client = as_patient(world.account_id)
    at = begun(client.post("/insurance/begin", {"patient": world.patient_id}))
    send_photo(client, f"{at}/photo/front", photo())
    [old], new = settings.file_keys, Fernet.generate_key().decode()
    assert (seen(old), seen(new, old)) == ("image/jpeg", "image/jpeg")
    done = subprocess.run(
        [sys.executable, "-m", "portal", "rotate-documents"],
        env={
            **os.environ,
            "KINDBILL_HOME": str(settings.home),
            "KINDBILL_DATABASE_URL": settings.database_url,
            "KINDBILL_SECRET_KEYS": ",".join(settings.secret_keys),
            "KINDBILL_FILE_KEYS": f"{new},{old}",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == "1 documents are under the newest key.\n"
    assert (seen(new, old), seen(new)) == ("image/jpeg", "image/jpeg")
    with pytest.raises(DocumentUnreadable):
        seen(old)
