"""Somebody fills in and signs a form before a visit: exactly the words that stood there, once, with a paper kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import Step
from billing.form_fields import check, clean
from billing.free_text import check_free_text
from portal.db import read_only, transaction
from portal.models.check_in import SignedForm
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.check_in_page import (
    FormToSign,
    answer_rows,
    find_visit,
    form_to_sign,
    local_day,
    signers,
)
from portal.queries.form_page import practice_words
from portal.queries.language_help import our_language_help
from portal.services.do_check_in import By, open_visit, tell
from portal.services.refusal import NotFound, Refusal

SHORTEST_NAME = 2
LAYOUT = "signed_form"
AS_WORDS = {
    "self": "For myself",
    "parent": "As the parent",
    "guardian": "As the guardian",
    "proxy": "For somebody else, with their leave",
}


class CannotSignForm(Refusal):
    """Something is missing, or it changed meanwhile."""

    title = "The form was not signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSignature:
    """What somebody sends: answers, and a typed name where one is asked for."""

    version_id: int
    sha256: str  # of what the page showed
    answers: Mapping[str, Any]
    name: str = ""
    agreed: bool = False
    signed_as: str = "self"


def sign_form(
    *,
    appointment_id: UUID,
    signature: FormSignature,
    by: By,
    printer: PdfPrinter,
    store: DocumentStore,
    now: datetime,
) -> None:
    """Keep it with its PDF; the same form sent twice is one signature.

    Raises CannotSignForm, CheckInClosed or NotFound. Required answers are enforced here.
    """
    with read_only() as session:
        visit = find_visit(session, by.who, appointment_id)
        form = form_to_sign(session, signature.version_id, appointment_id)
    if visit is None or form is None:
        raise NotFound
    if form.signed is not None:
        return
    answers = _checked(form, visit, signature, by)
    row = SignedForm(
        appointment_id=appointment_id,
        patient_id=visit.patient_id,
        newcomer_id=visit.newcomer_id,
        form_version_id=form.version_id,
        text_sha256=form.sha256,
        answers=answers,
        signed_name=signature.name.strip() if form.must_sign else "",
        signed_as=signature.signed_as,
        via=by.via,
        login_id=by.login_id,
        ip=by.ip,
        user_agent=by.user_agent,
        signed_at=now,
    )
    pdf = printer.print(LAYOUT, _paper(form, visit, row))
    row.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    row.pdf_stored_as = store.put(pdf)
    with transaction() as session:
        open_visit(session, appointment_id, by, now)  # its lock: a second press waits here
        if _is_signed(session, appointment_id, form.version_id):
            return
        session.add(row)
        session.flush()
        tell(
            session,
            visit.patient_id,
            by=by,
            kind="signed_form",
            object_id=str(row.id),
            action="form_signed",
            now=now,
        )


def _is_signed(session: Session, appointment_id: UUID, version_id: int) -> bool:
    found = session.scalar(
        select(SignedForm.id).where(
            SignedForm.appointment_id == appointment_id, SignedForm.form_version_id == version_id
        )
    )
    return found is not None


def _checked(
    form: FormToSign, visit: AppointmentFacts, signature: FormSignature, by: By
) -> dict[str, Any]:
    if signature.sha256 != form.sha256:
        raise CannotSignForm("The form changed while you read. Open it again, and read it anew.")
    answers = clean(form.shown.fields, signature.answers)
    wrong = check(form.shown.fields, answers)
    if wrong:
        raise CannotSignForm("Some answers are missing. Go back, and fill them in.")
    for answer in answers.values():
        if isinstance(answer, str):
            check_free_text(answer)
    check_free_text(signature.name)
    if form.must_sign:
        if len(signature.name.strip()) < SHORTEST_NAME or not signature.agreed:
            raise CannotSignForm("Type your name and tick the box to sign.")
        if signature.signed_as not in signers(by.who, visit):
            raise CannotSignForm("Choose for whom you sign.")
    return answers


def _paper(form: FormToSign, visit: AppointmentFacts, row: SignedForm) -> Mapping[str, Any]:
    with read_only() as session:
        practice, phone = practice_words(session)
    spanish = form.language == "es"
    yes, no = ("Sí", "No") if spanish else ("Yes", "No")
    return {
        "practice": practice,
        "phone": phone,
        "title": form.shown.title,
        "language": form.language,
        "paragraphs": list(form.shown.paragraphs),
        "required": list(form.shown.required),
        "answers": answer_rows(form.shown.fields, row.answers, yes, no),
        "person": visit.person_name,
        "born": f"{visit.born_on:%B} {visit.born_on.day}, {visit.born_on.year}"
        if visit.born_on
        else "",
        "version": form.number,
        "signed_by": row.signed_name,
        "signed_as": AS_WORDS.get(row.signed_as, row.signed_as),
        "signed_at": local_day(row.signed_at, visit.zone),
        "how": {"portal": "On our pages", "kiosk": "At the tablet in our office"}.get(
            row.via, "At our desk"
        ),
        "ip": row.ip,
        "seal": row.text_sha256,
        "step": Step.FORMS.value,
        "language_help": our_language_help(),
    }
