"""The list of applications with their clocks, one of them whole, and its papers."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.queries.guest_application import untied_guests
from portal.queries.staff_assistance import (
    CasePage,
    assistance_page,
    assistance_work,
    decision_accounts,
    staff_document,
)
from portal.services.keep_assistance_letter import keep_assistance_letter
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
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("assistance", __name__, url_prefix="/assistance")


@blueprint.get("/")
@staff("assistance_status.view")
def index() -> str:
    """What is due next for each application; what it says is behind another right."""
    work = assistance_work(on=practice_day())
    saw(accounts=work.account_ids, kind="assistance_applications")
    return show("assistance/index.html", work=work, untied=untied_guests())


@blueprint.get("/<uuid:application_id>")
@staff("assistance.view")
def application(application_id: UUID) -> str:
    """What was said, what was found, what would come of it, and what may be done."""
    return show_case(case_page(application_id))


@blueprint.get("/<uuid:application_id>/papers/<uuid:document_id>.pdf")
@staff("assistance.view")
def document(application_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """A paper of it, as a PDF that we made of it ourselves."""
    key, media_type, account_id = found(staff_document(application_id, document_id))
    saw(accounts=[account_id], kind="assistance_document", id=document_id)
    return paper(gateways().documents.get(key), f"{document_id}.pdf", media_type)


@blueprint.get("/decisions/<uuid:decision_id>/letter.pdf")
@staff("assistance.view")
def letter(decision_id: UUID) -> ResponseReturnValue:
    """The letter as it was kept; kept now where the daily run has not yet."""
    accounts, _ = found(decision_accounts(decision_id))
    saw(about=accounts, kind="assistance_decision", id=decision_id, action="print")
    key = keep_assistance_letter(decision_id=decision_id, press=gateways(), now=now())
    return paper(gateways().documents.get(key), "assistance-letter.pdf", "application/pdf")


def paper(content: bytes, name: str, media_type: str) -> Response:
    """A paper, shown and never run."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, mimetype=media_type, headers=headers)


def case_page(application_id: UUID) -> CasePage:
    """The application, told to the trail."""
    page = found(assistance_page(application_id, on=practice_day()))
    saw(about=page.case.account_ids, kind="assistance_application", id=application_id)
    return page


def show_case(page: CasePage, **forms: object) -> str:
    """The page with its forms; one that was sent with a mistake keeps what was typed."""
    case = page.case
    read = {
        "household": case.household,
        "income": case.income,
        "residence": case.residence,
        "program": case.presumed.value if case.presumed else "",
        "owed_in_year": case.owed_in_year or None,
        "paid_in_year": case.paid_in_year or None,
        "how": "\n".join(one.sum_words for one in page.incomes),
    }
    empty = {
        "verify": VerifyForm(prefix="verify", formdata=None, data=read),
        "ask": AskForm(prefix="ask", formdata=None),
        "decide": DecideForm(prefix="decide", formdata=None),
        "back": ReasonForm(prefix="back", formdata=None),
        "fraud": FraudForm(prefix="fraud", formdata=None),
        "appeal": AppealForm(prefix="appeal", formdata=None, data={"received_on": practice_day()}),
        "document": DocumentForm(prefix="paper", formdata=None),
    }
    own = current_staff().login_id
    return show("assistance/application.html", page=page, own=own, **(empty | forms))
