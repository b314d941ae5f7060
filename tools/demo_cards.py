"""The demo's insurance cards: three wait for the office, and one lies ready to be photographed (SCH-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from billing.coverages import CHILD, SELF
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.identity import Login
from portal.queries.viewer import PatientViewer, patient_viewer
from portal.services.keep_card_image import keep_card_image
from portal.services.save_submission import save_submission
from portal.services.send_submission import send_submission
from portal.services.start_submission import About, start_submission
from portal.wiring import Gateways
from sandbox.cards.photos import Shot, photograph
from sandbox.cards.samples import Card
from sandbox.cards.told import told_card
from sandbox.practice import catalogue

FAIR = Shot(width=1600, tilt=2, perspective=0.01, shade=0.15)
SHAKEN = Shot(width=1600, tilt=-3, blur=4, noise=9, light=0.7, quality=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One card, how its front was photographed, and what its sender typed."""

    about: About
    front: Shot
    card: Card
    typed: dict[str, Any]


def send_cards(people: dict[str, Any], *, office: Gateways, now: datetime) -> None:
    """Through the upload's own services; the worker reads them once it runs, as it reads every card."""
    devon, mother = _household(people["devon"]), _household(people["mother"])
    begins = now.date().replace(day=1)
    _send(people["devon"]["email"], _clean(devon["Devon"], begins), office, now)
    for sent in (
        _conflicting(mother["Modela"], begins),
        _shaken(mother["Sampleton"], mother["Modela"], begins),
    ):
        _send(people["mother"]["email"], sent, office, now)


def card_to_photograph(folder: Path, *, name: str) -> Path:
    """Both sides of the newcomer's card, as files to upload or to hold a phone's camera to; returns the front."""
    card = told_card(
        "front and back",
        payer=catalogue.ACME.name,
        subscriber=name.upper(),
        member_id="ACM0599001",
        group_number="GACM77",
        plan=catalogue.ACME_CHOICE.name,
    )
    folder.mkdir(parents=True, exist_ok=True)
    for side, picture in (("front", card.front), ("back", card.back)):
        assert picture is not None
        (folder / f"card-{side}.jpg").write_bytes(photograph(picture, FAIR, seed=7))
    return folder / "card-front.jpg"


def _clean(patient: Patient, begins: date) -> Sent:
    """A second plan, typed as it stands on the card: nothing to do but look."""
    words = {"member_id": "EVE0599012", "group_number": "GEVE77", "plan": "Evergreen Care"}
    return Sent(
        about=About(patient_id=patient.id),
        front=FAIR,
        card=told_card(
            "front and back",
            payer=catalogue.EVERGREEN.name,
            subscriber=_name(patient),
            **words,
        ),
        typed=_typed(catalogue.EVERGREEN.name, words, begins) | {"sequence": "S"},
    )


def _conflicting(patient: Patient, begins: date) -> Sent:
    """Instead of the plan on file; two digits are typed the other way round, and it begins next month."""
    words = {"member_id": "ACM0599046", "group_number": "GACM77", "plan": "Acme Choice"}
    typed = _typed(catalogue.ACME.name, words, (begins + timedelta(days=32)).replace(day=1))
    return Sent(
        about=About(coverage_id=_running_plan(patient)),
        front=FAIR,
        card=told_card(
            "value column", payer=catalogue.ACME.name, subscriber=_name(patient), **words
        ),
        typed=typed | {"member_id": "ACM0599064"},
    )


def _shaken(child: Patient, mother: Patient, begins: date) -> Sent:
    """A child's plan in the mother's name; her hand shook, so half is read, and another plan pays in the same turn."""
    words = {"member_id": "EVE0599120", "group_number": "GEVE77", "plan": "Evergreen Care"}
    hers = {
        "relationship": CHILD,
        "subscriber_first_name": mother.first_name,
        "subscriber_last_name": mother.last_name,
        "subscriber_birth_on": mother.birth_on,
    }
    return Sent(
        about=About(patient_id=child.id),
        front=SHAKEN,
        card=told_card(
            "front and back",
            payer=catalogue.EVERGREEN.name,
            subscriber=_name(mother),
            **words,
        ),
        typed=_typed(catalogue.EVERGREEN.name, words, begins) | hers,
    )


def _typed(payer: str, words: dict[str, str], begins: date) -> dict[str, Any]:
    with read_only() as session:
        payer_id = session.scalars(select(Payer.id).where(Payer.name == payer)).one()
    return {
        "payer_id": payer_id,
        "payer_text": payer,
        "plan_name": words["plan"],
        "member_id": words["member_id"],
        "group_number": words["group_number"],
        "relationship": SELF,
        "effective_on": begins,
    }


def _send(email: str, sent: Sent, office: Gateways, now: datetime) -> None:
    viewer = _viewer(email)
    submission_id = start_submission(viewer=viewer, about=sent.about, now=now)
    for side, picture, shot in (
        ("front", sent.card.front, sent.front),
        ("back", sent.card.back, FAIR),
    ):
        assert picture is not None
        keep_card_image(
            viewer=viewer,
            submission_id=submission_id,
            side=side,
            content=photograph(picture, shot, seed=submission_id),
            images=office.card_images,
            store=office.documents,
            now=now,
        )
    save_submission(viewer=viewer, submission_id=submission_id, answers=sent.typed)
    send_submission(viewer=viewer, submission_id=submission_id, now=now)


def _viewer(email: str) -> PatientViewer:
    with read_only() as session:
        login_id = session.scalars(
            select(Login.id).where(Login.face == "patient", Login.email == email)
        ).one()
    return patient_viewer(login_id)


def _household(person: dict[str, str]) -> dict[str, Patient]:
    """The patients on the account of somebody of the story, by first name."""
    account = select(Patient.guarantor_account_id).where(
        Patient.practice_patient_id == person["practice_patient_id"]
    )
    with read_only() as session:
        rows = session.scalars(select(Patient).where(Patient.guarantor_account_id.in_(account)))
        return {patient.first_name: patient for patient in rows}


def _running_plan(patient: Patient) -> int:
    with read_only() as session:
        return session.scalars(
            select(Coverage.id)
            .where(Coverage.patient_id == patient.id, Coverage.ended_on.is_(None))
            .order_by(Coverage.sequence, Coverage.id)
            .limit(1)
        ).one()


def _name(patient: Patient) -> str:
    return f"{patient.first_name} {patient.last_name}".upper()
