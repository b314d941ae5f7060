"""What staff do with an application: read its papers, ask, decide, agree, look again, take back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_assistance import decision_accounts
from portal.services.add_assistance_document import add_assistance_document
from portal.services.approve_assistance import approve_assistance, send_back_assistance
from portal.services.decide_assistance import appeal_assistance, decide_assistance
from portal.services.reverse_assistance import reverse_assistance
from portal.services.work_application import ask_for_missing, call_complete, verify_application
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.assistance.forms import (
    AppealForm,
    AskForm,
    DecideForm,
    DocumentForm,
    FraudForm,
    ReasonForm,
    VerifyForm,
)
from staff_admin.blueprints.assistance.views import blueprint, case_page, show_case
from staff_admin.blueprints.show import found

WAITS = "Written down. It is above the limit of one person, so another one agrees first."
DECIDED = "Decided. It is on the bills, and they are told."


@blueprint.post("/<uuid:application_id>/verify")
@staff("assistance.work")
def verify(application_id: UUID) -> ResponseReturnValue:
    """Keep what the papers say."""
    page, form = case_page(application_id), VerifyForm(prefix="verify")
    if not form.validate_on_submit():
        return show_case(page, verify=form)
    verify_application(
        application_id=application_id,
        read=form.read,
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, "Kept. The figures below are worked out from it.")


@blueprint.post("/<uuid:application_id>/ask")
@staff("assistance.work")
def ask(application_id: UUID) -> ResponseReturnValue:
    """Ask for what is missing."""
    page, form = case_page(application_id), AskForm(prefix="ask")
    if not form.validate_on_submit():
        return show_case(page, ask=form)
    until = ask_for_missing(
        application_id=application_id,
        items=form.items.data or (),
        note=form.note.data or "",
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, f"Asked. They have until {until:%B} {until.day}.")


@blueprint.post("/<uuid:application_id>/complete")
@staff("assistance.work")
def complete(application_id: UUID) -> ResponseReturnValue:
    """Nothing is missing."""
    case_page(application_id)
    call_complete(
        application_id=application_id, staff=current_staff(), on=practice_day(), now=now()
    )
    return _done(application_id, "Complete. The days to decide run from today.")


@blueprint.post("/<uuid:application_id>/papers")
@staff("assistance.work")
def add_document(application_id: UUID) -> ResponseReturnValue:
    """Add a paper that came in."""
    page, form = case_page(application_id), DocumentForm(prefix="paper")
    if not form.validate_on_submit():
        return show_case(page, document=form)
    add_assistance_document(
        document_id=form.id_of_form,
        application_id=application_id,
        kind=form.proof,
        content=form.file.data.read(),
        papers=gateways().papers,
        store=gateways().documents,
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, "The paper is kept.")


@blueprint.post("/<uuid:application_id>/decide")
@staff("assistance.decide")
def decide(application_id: UUID) -> ResponseReturnValue:
    """The answer."""
    page, form = case_page(application_id), DecideForm(prefix="decide")
    if not form.validate_on_submit():
        return show_case(page, decide=form)
    state = decide_assistance(
        decision_id=form.id_of_form,
        application_id=application_id,
        wish=form.wish,
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, WAITS if state == "waiting" else DECIDED)


@blueprint.post("/decisions/<uuid:decision_id>/approve")
@staff("assistance.approve")
def approve(decision_id: UUID) -> ResponseReturnValue:
    """The second person agrees."""
    application_id = _decision(decision_id)
    approve_assistance(
        decision_id=decision_id,
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, DECIDED)


@blueprint.post("/decisions/<uuid:decision_id>/send-back")
@staff("assistance.approve")
def send_back(decision_id: UUID) -> ResponseReturnValue:
    """The second person does not agree."""
    application_id, form = _decision(decision_id), ReasonForm(prefix="back")
    send_back_assistance(
        decision_id=decision_id, note=form.reason.data or "", staff=current_staff(), now=now()
    )
    return _done(application_id, "Sent back. Whoever decided reads why.")


@blueprint.post("/decisions/<uuid:decision_id>/appeal")
@staff("assistance.enter")
def appeal(decision_id: UUID) -> ResponseReturnValue:
    """They ask us to look again."""
    application_id, form = _decision(decision_id), AppealForm(prefix="appeal")
    if not form.validate_on_submit():
        return show_case(case_page(found(application_id)), appeal=form)
    appeal_assistance(
        decision_id=decision_id,
        words=form.words.data or "",
        received_on=found(form.received_on.data),
        login_id=current_staff().login_id,
        now=now(),
    )
    return _done(application_id, "Kept. Bills wait, and another person decides.")


@blueprint.post("/decisions/<uuid:decision_id>/reverse")
@staff("assistance.approve")
def reverse(decision_id: UUID) -> ResponseReturnValue:
    """Take an award back, for fraud."""
    application_id, form = _decision(decision_id), FraudForm(prefix="fraud")
    reverse_assistance(
        decision_id=decision_id,
        fraud=bool(form.fraud.data),
        reason=form.reason.data or "",
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    return _done(application_id, "Taken back. They are told.")


def _decision(decision_id: UUID) -> UUID | None:
    accounts, application_id = found(decision_accounts(decision_id))
    saw(about=accounts, kind="assistance_decision", id=decision_id)
    return application_id


def _done(application_id: UUID | None, words: str) -> ResponseReturnValue:
    flash(words, "done")
    if application_id is None:
        return redirect(url_for(".index"))
    return redirect(url_for(".application", application_id=application_id))
