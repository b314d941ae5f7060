"""Invents the practice and writes all of its files, the same for the same seed and day."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sandbox.practice import catalogue
from sandbox.practice.claim_files import claim_file, first_claim, second_claim
from sandbox.practice.everyday import MONTHS_IN_DAYS, tell_everyday
from sandbox.practice.heroes import tell_heroes
from sandbox.practice.households import Town, draw_households
from sandbox.practice.leftovers import tell_leftovers
from sandbox.practice.model import Hero, Patient, Practice, SecondaryClaim, Visit
from sandbox.practice.oddities import tell_oddities
from sandbox.practice.office_files import (
    charges_file,
    contacts_file,
    practice_settings,
    receipts_file,
)
from sandbox.practice.payments import bundle_payments
from sandbox.practice.planners import tell_planners
from sandbox.practice.remittance_files import remittance_file
from sandbox.practice.stage import Stage
from sandbox.practice.visitors import tell_visitors

SEED = 2026
CALENDAR = Path(__file__).with_name("calendar.toml")
NEWS_DAYS = 35  # a bankruptcy, a death, a wish to be left alone become known


@dataclass(frozen=True, slots=True)
class Handed:
    """One file that the practice hands over on a day: its kind and its path in the folder."""

    on: date
    kind: str  # claims, contacts, receipts, charges, remittance
    path: str


def invent_practice(*, today: date, seed: int = SEED) -> Practice:
    """The whole practice up to a day, as values."""
    practice = Practice(today=today)
    stage = Stage(practice, Town(Random(seed), today))
    tell_heroes(stage)
    tell_oddities(stage)
    known = len(stage.town.patients)
    draw_households(stage.town)
    tell_everyday(stage, stage.town.patients[known:])
    tell_planners(stage)
    tell_visitors(stage)
    tell_leftovers(stage)
    practice.patients.extend(stage.town.patients)
    return practice


def write_practice(practice: Practice, folder: Path) -> dict[str, Any]:
    """Write every file; returns what story.json says: the calendar of files and who is who."""
    writer = _Writer(practice, folder)
    writer.claims()
    writer.office()
    upload = writer.remittances()
    calendar = sorted(writer.handed, key=lambda file: (file.on, ORDER.index(file.kind)))
    story = {
        "today": practice.today.isoformat(),
        "practice": catalogue.PRACTICE_NAME,
        "settings": "practice.toml",
        "schedule": "calendar.toml",
        "calendar": [
            {"on": file.on.isoformat(), "kind": file.kind, "path": file.path} for file in calendar
        ],
        "upload": upload,
        "people": [_person(hero) for hero in practice.heroes],
    }
    (folder / "story.json").write_text(json.dumps(story, indent=2) + "\n")
    return story


ORDER = ("contacts", "claims", "charges", "receipts", "remittance")


class _Writer:
    """Writes files into the folder and remembers on which day each is handed over."""

    def __init__(self, practice: Practice, folder: Path) -> None:
        self.practice, self.folder = practice, folder
        self.yesterday = practice.today - timedelta(days=1)
        self.handed: list[Handed] = []

    def claims(self) -> None:
        """A week's claims each, every week on the weekday that was yesterday."""
        weeks: dict[date, tuple[list[Visit], list[SecondaryClaim]]] = defaultdict(lambda: ([], []))
        for visit in sorted(self.practice.visits, key=lambda visit: visit.on):
            if not visit.self_pay:
                weeks[self._week_end(visit.on)][0].append(visit)
        for asked in self.practice.secondary_claims:
            weeks[self._week_end(asked.on)][1].append(asked)
        for number, (on, (visits, seconds)) in enumerate(sorted(weeks.items()), start=1):
            claims = [first_claim(visit) for visit in visits] + [second_claim(s) for s in seconds]
            self._write(
                on, "claims", f"837P/claims-{on}.edi", claim_file(claims, on=on, number=number)
            )

    def office(self) -> None:
        """Settings, contacts, and each week's desk money and self-pay visits."""
        practice, first = self.practice, self.practice.today - timedelta(days=MONTHS_IN_DAYS)
        settings = practice_settings()
        (self.folder / "practice.toml").write_text(settings)
        (self.folder / "calendar.toml").write_text(CALENDAR.read_text())
        weeks = [
            self.yesterday - timedelta(days=7 * back)
            for back in range((self.yesterday - first).days // 7 + 1)
        ]
        seen: set[str] = set()
        by_day = sorted(practice.visits, key=lambda visit: visit.on)
        first_seen = {visit.patient.practice_id: visit.on for visit in reversed(by_day)}
        news_on = self._week_end(self.yesterday - timedelta(days=NEWS_DAYS))
        for on in sorted(weeks):
            within = [v for v in by_day if self._week_end(v.on) == on]
            new = {v.patient.practice_id: (v.patient, v.on) for v in reversed(within)}
            fresh = [new[key] for key in sorted(new) if key not in seen]
            seen.update(new)
            rows = [(_as_first_known(patient), signed_on) for patient, signed_on in fresh]
            if on == news_on:
                rows += [(p, first_seen[p.practice_id]) for p in practice.patients if _bad_news(p)]
            if rows:
                self._write(on, "contacts", f"contacts/contacts-{on}.csv", contacts_file(rows))
            receipts = [r for r in practice.receipts if self._week_end(r.on) == on]
            receipts.sort(key=lambda receipt: (receipt.on, receipt.receipt_id))
            self._write(
                on, "receipts", f"receipts/receipts-{on}.csv", receipts_file(receipts, through=on)
            )
            charges = [visit for visit in within if visit.self_pay]
            if charges:
                self._write(on, "charges", f"charges/charges-{on}.csv", charges_file(charges))

    def remittances(self) -> str:
        """Every payer's 835; yesterday's stays in `upload` for a visitor to post."""
        upload = ""
        for number, payment in enumerate(bundle_payments(self.practice), start=1):
            data = remittance_file(payment, number=number)
            name = f"{payment.payer.key}-{payment.on}.edi"
            if payment.on == self.yesterday:
                upload = f"upload/835-{name}"
                self._store(upload, data)
            else:
                self._write(payment.on, "remittance", f"835/{name}", data)
        return upload

    def _week_end(self, day: date) -> date:
        return self.yesterday - timedelta(days=7 * ((self.yesterday - day).days // 7))

    def _write(self, on: date, kind: str, path: str, data: bytes | str) -> None:
        self._store(path, data.encode() if isinstance(data, str) else data)
        self.handed.append(Handed(on, kind, path))

    def _store(self, path: str, data: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _bad_news(patient: Patient) -> bool:
    contact = patient.contact
    return contact is not None and contact != contact.before_bad_news


def _as_first_known(patient: Patient) -> Patient:
    contact = patient.contact
    return replace(patient, contact=contact.before_bad_news) if contact else patient


def _person(hero: Hero) -> dict[str, Any]:
    patient, contact = hero.patient, hero.patient.contact
    guarantor = contact.guarantor if contact else None
    return {
        "key": hero.key,
        "about": hero.about,
        "patient": patient.person.name,
        "practice_patient_id": patient.practice_id,
        "guarantor": guarantor.name if guarantor else None,
        "birth_on": guarantor.birth_on.isoformat() if guarantor else None,
        "postal_code": guarantor.address.postal_code if guarantor else None,
        "mobile": contact.mobile if contact else "",
        "email": contact.email if contact else "",
    }
