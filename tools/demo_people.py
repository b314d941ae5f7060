"""Gives the demo's people their sign-ins through the application's own services, and remembers them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal import clock, wiring
from portal.app import create_app as create_patient_app
from portal.config import Settings
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.statements import Statement
from portal.services.accept_invitation import accept_invitation
from portal.services.agree_to_texts import Browser
from portal.services.create_staff import create_staff
from portal.services.enrol_patient import enrol_patient
from portal.services.enrolment_codes import issue_code
from portal.services.find_duplicates import find_duplicates
from portal.services.match_enrolment import Matched, match_enrolment
from portal.services.recovery_codes import issue_recovery_codes
from portal.services.register_person import Person, register_person
from portal.web.sign_in import hash_new_password
from staff_admin.app import create_app as create_staff_app
from tools.demo_cards import card_to_photograph, send_cards
from tools.demo_denials import fill_denials
from tools.demo_holds import fill_holds
from tools.demo_household import share_with_mother
from tools.demo_money import fill_money
from tools.demo_office import fill_office
from tools.demo_paying import pay_from_bank, sign_for_autopay
from tools.demo_plans import DEEDS, Planner, offer
from tools.demo_practice import ZONE, at

PASSWORD = "river-otter-sample-42"
STAFF = (
    ("manager@riverside.example.com", "manager", "Maria Manager-Demo"),
    ("biller@riverside.example.com", "biller", "Bill Example"),
    ("collections@riverside.example.com", "collections", "Cora Collections-Demo"),
    ("admin@riverside.example.com", "sysadmin", "Ada Admin-Demo"),
)
ENROLLED, TO_ENROL = ("devon", "mother", "visits"), ("testa", "two_plans", "decided_again")
NEWCOMER = Person(
    first_name="Newly",
    last_name="Sample",
    birth_on=date(1991, 5, 6),
    email="newly.sample@example.com",
)
LOOPBACK = "127.0.0.1"


class Demo:
    """What the demo must remember between starts: who can sign in, and with what."""

    def __init__(self, path: Path) -> None:
        self._path = path
        state: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.complete: bool = state.get("complete", False)
        self.sign_ins: list[dict[str, str]] = state.get("sign_ins", [])
        self.planners: list[dict[str, str]] = state.get("planners", [])
        self.enrolments: list[dict[str, str]] = state.get("enrolments", [])
        self.upload: str = state.get("upload", "")
        self.card: str = state.get("card", "")

    def save(self) -> None:
        """Written whole or not at all."""
        half = self._path.with_suffix(".half")
        kept = {
            "complete": self.complete,
            "sign_ins": self.sign_ins,
            "planners": self.planners,
            "enrolments": self.enrolments,
            "upload": self.upload,
            "card": self.card,
        }
        half.write_text(json.dumps(kept, indent=2) + "\n")
        half.chmod(0o600)
        half.rename(self._path)

    def forget(self, home: Path) -> None:
        """Remove what the demo wrote beside the database."""
        for name in ("state.json", "sandbox.sqlite", "sandbox.sqlite-wal", "sandbox.sqlite-shm"):
            (home / "demo" / name).unlink(missing_ok=True)
        for folder in (
            "demo/practice",
            "demo/card",
            "demo/logs",
            "demo/clock",
            "documents",
            "outbox",
            "mail",
        ):
            shutil.rmtree(home / folder, ignore_errors=True)


def invite_everybody(demo: Demo, settings: Settings, story: dict[str, Any]) -> None:
    """Staff by invitation, two patients by the code on their statement; one is left to enrol."""
    people = {person["key"]: person for person in story["people"]}
    now, demo.sign_ins = datetime.now(UTC), []
    staff_app, patient_app = create_staff_app(settings), create_patient_app(settings)
    for email, role, name in STAFF:
        demo.sign_ins.append(_staff(staff_app, email, role, name, now))
    for key in ENROLLED:
        demo.sign_ins.append(_patient(patient_app, people[key], settings, now)[1])
    demo.sign_ins.append(_newcomer(patient_app, now))
    share_with_mother(people, public_url=settings.public_url, now=now)
    find_duplicates(now=now)
    send_cards(people, office=wiring.build(settings), now=now)
    fill_office(settings, people, now=now)
    fill_money(wiring.build(settings), now=now)
    fill_denials(wiring.build(settings), now=now)
    fill_holds(people, now=now)
    _pay_today(demo, patient_app, people, settings, now)
    name = f"{NEWCOMER.first_name} {NEWCOMER.last_name}"
    demo.card = str(card_to_photograph(settings.home / "demo" / "card", name=name))
    demo.enrolments = [
        {
            "key": key,
            "name": people[key]["guarantor"],
            "practice_patient_id": people[key]["practice_patient_id"],
            "birth_on": people[key]["birth_on"],
            "birth_date": f"{date.fromisoformat(people[key]['birth_on']):%m/%d/%Y}",
            "postal_code": people[key]["postal_code"],
        }
        for key in TO_ENROL
    ]
    demo.upload, demo.complete = story["upload"], True
    demo.save()


def planners_deeds(demo: Demo, settings: Settings, story: dict[str, Any]) -> Callable[[date], None]:
    """What people with plans do at the end of a week: they sign up first, with that week's clock."""
    people = {person["key"]: person for person in story["people"]}
    yesterday = date.fromisoformat(story["today"]) - timedelta(days=1)
    app, known = create_patient_app(settings), dict[str, Planner]()
    demo.planners = []

    def deeds(on: date) -> None:
        for deed in DEEDS:
            if (yesterday - on).days != 7 * deed.weeks_ago:
                continue
            person = people[deed.key]
            if deed.key not in known:
                known[deed.key] = _planner(demo, app, person, settings, on=on, now=at(on, 10))
            deed.do(replace(known[deed.key], on=on))

    return deeds


def print_fresh_codes(demo: Demo, settings: Settings) -> None:
    """Codes as on newly printed copies of the statements, since printed ones die after 30 days."""
    now = clock.now()
    for person in demo.enrolments:
        person["code"] = _code(_account(person["practice_patient_id"]), settings, now)
    demo.save()


def _pay_today(
    demo: Demo, app: Flask, people: dict[str, Any], settings: Settings, now: datetime
) -> None:
    """Four more people, whose deeds are of today: autopay, a bank debit, an offer of the office, none yet."""
    office, yesterday = wiring.build(settings), now.astimezone(ZONE).date() - timedelta(days=1)
    automatic, by_bank, offered, _new = (
        _planner(demo, app, people[key], settings, on=yesterday, now=now)
        for key in ("autopay", "bank_debit", "plan_offered", "plan_new")
    )
    sign_for_autopay(automatic, office=office, now=now)
    pay_from_bank(by_bank, office=office, now=now)
    offer(offered)


def _planner(
    demo: Demo, app: Flask, person: dict[str, str], settings: Settings, *, on: date, now: datetime
) -> Planner:
    """Somebody signs up, to pay over time."""
    login_id, sign_in = _patient(app, person, settings, now)
    demo.planners.append({**sign_in, "about": person["about"]})
    return Planner(
        login_id=login_id,
        account_id=_account(person["practice_patient_id"]),
        name=person["guarantor"],
        public_url=settings.public_url,
        on=on,
    )


def _staff(app: Flask, email: str, role: str, name: str, now: datetime) -> dict[str, str]:
    invitation = create_staff(email=email, role=role, name=name, location="Main Street", now=now)
    with app.test_request_context():
        accept_invitation(
            token=invitation.path.rpartition("/")[2],
            password_hash=hash_new_password(PASSWORD),
            now=now,
        )
    return _with_authenticator(app, invitation.login_id, role=role, name=name, email=email)


def _patient(
    app: Flask, person: dict[str, str], settings: Settings, now: datetime
) -> tuple[int, dict[str, str]]:
    born, email = date.fromisoformat(person["birth_on"]), person["email"]
    keys = wiring.build(settings).hash_keys
    matched = match_enrolment(
        code=_code(_account(person["practice_patient_id"]), settings, now),
        birth_on=born,
        postal_code=person["postal_code"],
        address=LOOPBACK,
        keys=keys,
        now=now,
    )
    assert isinstance(matched, Matched), f"{person['guarantor']} could not enrol"
    with app.test_request_context():
        hashed = hash_new_password(PASSWORD)
    enrolled = enrol_patient(code_id=matched.code_id, email=email, password_hash=hashed, now=now)
    return enrolled.login_id, _with_authenticator(
        app, enrolled.login_id, role="patient", name=person["guarantor"], email=email
    )


def _newcomer(app: Flask, now: datetime) -> dict[str, str]:
    """Somebody who registered and whom the practice does not know: no bills, no record (ID-1)."""
    with app.test_request_context():
        hashed = hash_new_password(PASSWORD)
    login_id = register_person(
        person=NEWCOMER,
        password_hash=hashed,
        texts=(),
        browser=Browser(ip=LOOPBACK, user_agent="demo"),
        now=now,
    )
    name = f"{NEWCOMER.first_name} {NEWCOMER.last_name}"
    return _with_authenticator(app, login_id, role="patient", name=name, email=NEWCOMER.email)


def _with_authenticator(
    app: Flask, login_id: int, *, role: str, name: str, email: str
) -> dict[str, str]:
    """Set up the authenticator and saved codes as the sign-in pages would."""
    with app.test_request_context():
        security = app.extensions["security"]
        user = security.datastore.find_user(id=login_id)
        secret = security.totp_factory.generate_totp_secret()
        security.datastore.tf_set(user, "authenticator", totp_secret=secret)
        security.datastore.commit()
        plain = security.totp_factory.get_totp_pretty_key(secret)
        issue_recovery_codes(login_id=login_id, keys=app.extensions["kindbill"].hash_keys)
    return {
        "face": "patient" if role == "patient" else "staff",
        "role": role,
        "name": name,
        "email": email,
        "password": PASSWORD,
        "totp_secret": plain.replace("-", "").replace(" ", ""),
    }


def _account(practice_patient_id: str) -> int:
    with read_only() as session:
        return session.scalars(
            select(Patient.guarantor_account_id).where(
                Patient.practice_patient_id == practice_patient_id
            )
        ).one()


def _code(account_id: int, settings: Settings, now: datetime) -> str:
    with transaction() as session:
        statement_id = session.scalar(
            select(Statement.id)
            .where(Statement.guarantor_account_id == account_id)
            .order_by(Statement.cut_at.desc())
            .limit(1)
        )
        return issue_code(
            session,
            account_id=account_id,
            statement_id=statement_id,
            now=now,
            keys=wiring.build(settings).hash_keys,
        )
