"""COLL-13: calls and texts about bills are contacts of one week."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from portal.db import transaction
from portal.models.calls import PhoneCall
from portal.models.identity import Login
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY, noon
from tests.services.text_world import phone

pytestmark = pytest.mark.usefixtures("database_url")


def test_COLL_13_calls_about_bills_count_towards_the_week_of_a_text(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    testa = phone(sandbox, tmp_path)
    testa.queue()
    with transaction() as session:
        caller = Login(face="staff", email="caller@example.com", fs_uniquifier="caller")
        session.add(caller)
        session.flush()
        for ago in (6, 4, 2):
            session.add(
                PhoneCall(
                    id=uuid4(),
                    guarantor_account_id=testa.only().guarantor_account_id,
                    number="+12125550177",
                    inbound=False,
                    started_at=noon(DAY) - timedelta(days=ago),
                    started_on=DAY - timedelta(days=ago),
                    started_by_id=caller.id,
                )
            )
    assert testa.send(testa.only(), noon(DAY)) == "queued"
    assert testa.only().not_before == noon(DAY) + timedelta(days=1)
