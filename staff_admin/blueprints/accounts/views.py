"""Find and read accounts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.account_visits import account_visits
from portal.queries.staff_account import account_page
from portal.queries.staff_activity import activity_page
from portal.queries.staff_bill import bill_page
from portal.queries.staff_documents import documents_page, statement_as_sent
from portal.queries.staff_ledger import ledger_page
from portal.queries.staff_people import people_page
from portal.queries.staff_search import SearchResult, recently_opened, search
from portal.queries.statement_print import statement_print
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("/")
@staff("accounts.view")
def index() -> str:
    """The accounts one opened last, and how to find others."""
    recent = recently_opened(current_staff())
    saw(accounts=[account.id for account in recent], kind="recent_accounts")
    return show("accounts/index.html", recent=recent)


@blueprint.post("/search")
@staff("accounts.view")
def find() -> ResponseReturnValue:
    """By POST, so that no name stands in an address or a log (HIPAA-18)."""
    term = request.form.get("term", "")[:100]
    result = search(current_staff(), term, number=page_number())
    saw(accounts=result.account_ids, patients=result.patient_ids, kind="search", action="search")
    saw(id=result.logged_term)
    return _opened(result) or show("accounts/search.html", result=result)


def _opened(result: SearchResult) -> ResponseReturnValue | None:
    """Straight to the one thing that was found."""
    if result.only_account:
        return redirect(url_for(".account", account_id=result.only_account))
    if result.only_remittance:
        return redirect(url_for("remittances.remittance", remittance_id=result.only_remittance))
    if result.only_item:
        return redirect(url_for("work.item", item_id=result.only_item))
    return None


@blueprint.get("/<int:account_id>")
@staff("accounts.view")
def account(account_id: int) -> str:
    """What is owed, why, and what holds it."""
    number = page_number()
    page = found(account_page(current_staff(), account_id, on=practice_day(), number=number))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="account", id=account_id)
    booked = account_visits(current_staff(), page.header.patient_ids, on=practice_day(), now=now())
    return show("accounts/account.html", page=page, booked=booked)


@blueprint.get("/<int:account_id>/bills/<int:visit_id>")
@staff("ledger.view")
def bill(account_id: int, visit_id: int) -> str:
    """One bill with its lines, claims and decisions."""
    page = found(bill_page(account_id, visit_id, on=practice_day()))
    saw(accounts=[account_id], patients=[page.patient_id], kind="bill", id=visit_id)
    return show("accounts/bill.html", page=page)


@blueprint.get("/<int:account_id>/ledger")
@staff("ledger.view")
def ledger(account_id: int) -> str:
    """The chain of entries behind every figure."""
    line = request.args.get("line", type=int)
    visit = request.args.get("bill", type=int)
    page = found(ledger_page(account_id, charge_id=line, visit_id=visit, number=page_number()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="ledger", id=account_id)
    return show("accounts/ledger.html", page=page, line=line, bill=visit)


@blueprint.get("/<int:account_id>/papers")
@staff("statements.view")
def papers(account_id: int) -> str:
    """Statements as sent, payments and receipts."""
    page = found(documents_page(current_staff(), account_id, number=page_number()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="papers", id=account_id)
    return show("accounts/papers.html", page=page)


@blueprint.get("/<int:account_id>/statements/<int:statement_id>.pdf")
@staff("statements.view")
def statement_pdf(account_id: int, statement_id: int) -> Response:
    """A statement as it was sent: the frozen content through the same printer, without a code."""
    content = found(statement_as_sent(account_id, statement_id))
    saw(accounts=[account_id], kind="statement", id=content.number, action="print")
    pdf = gateways().printer.print("statement", statement_print(content))
    headers = {"Content-Disposition": f'inline; filename="statement-{content.number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


@blueprint.get("/<int:account_id>/people")
@staff("accounts.view")
def people(account_id: int) -> str:
    """Contacts, consents, coverage, and what was changed."""
    page = found(people_page(account_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="people", id=account_id)
    return show("accounts/people.html", page=page)


@blueprint.get("/<int:account_id>/activity")
@staff("audit.view")
def activity(account_id: int) -> str:
    """Who saw and did what."""
    page = found(activity_page(account_id, number=page_number()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="activity", id=account_id)
    return show("accounts/activity.html", page=page)
