"""Insurance over time: what the night drops, files under a new key, and records that are merged meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from billing.money import Money
from portal.adapters.storage import DocumentMissing, EncryptedFolder
from portal.card_ports import CardFlaw, CleanImage
from portal.db import read_only, transaction
from portal.models.identity import Login
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.card_pictures import card_picture
from portal.queries.viewer import PatientViewer
from portal.services.keep_card_image import keep_card_image
from portal.services.start_submission import About, TooManyOpen, start_submission
from portal.services.tend_insurance import tend_insurance
from portal.services.withdraw_submission import withdraw_submission
from tests.sandbox_server import SandboxServer
from tests.services.staff_world import World, add_account
from tests.services.statement_world import DAY, noon
from tests.services.text_world import phone


class Same:
    """A CardImages that takes everything as it comes."""

    def clean(self, content: bytes) -> CleanImage:
        return CleanImage(content=content, width=1400, height=900, flaws=(CardFlaw.DARK,))


pytestmark = pytest.mark.usefixtures("database_url")


@dataclass(frozen=True, slots=True)
class Home:
    """A patient at their account, and the folder of documents."""

    world: World
    viewer: PatientViewer
    store: EncryptedFolder


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Home:
    world = add_account()
    with transaction() as session:
        login = Login(face="patient", email="testa@example.com", fs_uniquifier="testa")
        session.add(login)
        session.flush()
        viewer = PatientViewer(login.id, frozenset({world.account_id}))
    return Home(world, viewer, EncryptedFolder(tmp_path, [Fernet.generate_key().decode()]))


def photographed(home: Home, about: About, now: datetime) -> tuple[int, str]:
    """A draft with a picture of its front, and the picture's key."""
    submission_id = start_submission(viewer=home.viewer, about=about, now=now)
    take(home, submission_id, b"front", now)
    found = card_picture(home.viewer, submission_id, "front")
    assert found is not None
    return submission_id, found.stored_as


def take(home: Home, submission_id: int, content: bytes, now: datetime) -> None:
    keep_card_image(
        viewer=home.viewer,
        submission_id=submission_id,
        side="front",
        content=content,
        images=Same(),
        store=home.store,
        now=now,
    )


def due(home: Home, now: datetime) -> Money:
    with read_only() as session:
        [account] = balances(session, on=now.date(), visit_ids=[home.world.visit_id])
        return account.due_now


def test_CORE_6_a_draft_that_nobody_finishes_lets_the_bill_go_after_14_days(
    home: Home, now: datetime
) -> None:
    submission_id, _ = photographed(home, About(visit_id=home.world.visit_id), now)
    assert due(home, now) == Money(0)
    later = now + timedelta(days=14)
    assert tend_insurance(store=home.store, now=later).drafts == 0
    later += timedelta(seconds=1)
    assert tend_insurance(store=home.store, now=later).drafts == 1
    assert due(home, later) == Money(58_00)
    with read_only() as session:
        assert session.get_one(InsuranceSubmission, submission_id).state == "withdrawn"
        assert session.scalars(select(WorkItem.outcome)).one() == "withdrawn"


def test_STMT_1_no_reminder_leaves_while_the_insurance_is_checked(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    with transaction() as session:
        login = Login(face="patient", email="reader@example.com", fs_uniquifier="reader")
        session.add(login)
        session.flush()
        viewer = PatientViewer(login.id, frozenset({reader.account_id}))
    about = About(visit_id=reader.bill[0].id)
    start_submission(viewer=viewer, about=about, now=noon(DAY))
    assert reader.send(reader.only(), noon(DAY)) == "canceled"
    assert reader.only().gate == "STMT-1"
    assert reader.texts() == []


def test_HIPAA_18_pictures_are_deleted_30_days_after_it_was_taken_back(
    home: Home, now: datetime
) -> None:
    submission_id, key = photographed(home, About(patient_id=home.world.patient_id), now)
    withdraw_submission(viewer=home.viewer, submission_id=submission_id, now=now)
    assert tend_insurance(store=home.store, now=now + timedelta(days=30)).pictures == 0
    assert home.store.get(key) == b"front"
    later = now + timedelta(days=30, seconds=1)
    assert tend_insurance(store=home.store, now=later).pictures == 1
    with pytest.raises(DocumentMissing):
        home.store.get(key)
    assert card_picture(home.viewer, submission_id, "front") is None
    assert tend_insurance(store=home.store, now=later).pictures == 0
    with read_only() as session:
        assert session.scalars(select(CardImage.stored_as)).all() == [""]


def test_HIPAA_18_a_retaken_picture_goes_the_next_night_and_the_newer_stays(
    home: Home, now: datetime
) -> None:
    submission_id, older = photographed(home, About(patient_id=home.world.patient_id), now)
    take(home, submission_id, b"sharper", now)
    assert tend_insurance(store=home.store, now=now).pictures == 1
    with pytest.raises(DocumentMissing):
        home.store.get(older)
    found = card_picture(home.viewer, submission_id, "front")
    assert found is not None
    assert home.store.get(found.stored_as) == b"sharper"


def test_HIPAA_5_a_new_key_rewrites_every_document_and_the_old_one_may_go(
    home: Home, now: datetime, tmp_path: Path
) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before = EncryptedFolder(tmp_path / "keys", [old])
    _, key = photographed(
        Home(home.world, home.viewer, before), About(patient_id=home.world.patient_id), now
    )
    assert EncryptedFolder(tmp_path / "keys", [new, old]).rotate_all() == 1
    assert EncryptedFolder(tmp_path / "keys", [new]).get(key) == b"front"


def test_nobody_fills_the_offices_queue(home: Home, now: datetime) -> None:
    with transaction() as session:
        session.add_all(
            InsuranceSubmission(
                login_id=home.viewer.login_id,
                patient_id=home.world.patient_id,
                kind="add",
                state="waiting",
                begun_at=now,
                sent_at=now,
            )
            for _ in range(12)
        )
    with pytest.raises(TooManyOpen):
        start_submission(viewer=home.viewer, about=About(patient_id=home.world.patient_id), now=now)
