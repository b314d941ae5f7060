"""Prove a figure: the account on a past day, the entries behind an amount, the segments they were read from."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from portal.queries.staff_as_of import as_of_page
from portal.queries.staff_proof import COLUMNS, proof
from portal.queries.staff_source import claim_source, decision_source
from portal.web.access import saw, staff
from portal.web.base import gateways
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.accounts.forms import AsOfForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/<int:account_id>/as-of")
@staff("ledger.view")
def as_of(account_id: int) -> ResponseReturnValue:
    """The account as it stood on a past day."""
    form = AsOfForm(request.args, today=practice_day())
    day, basis = form.asked_day(), form.asked_basis()
    zone = current_practice().time_zone
    page = found(as_of_page(account_id, day=day, basis=basis, zone=zone))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="as_of", id=account_id)
    return show("accounts/as_of.html", page=page, form=form)


@blueprint.get("/<int:account_id>/proof")
@staff("ledger.view")
def prove(account_id: int) -> ResponseReturnValue:
    """Every entry behind the figures of an account, a bill, a line, or a statement."""
    asked = {name: request.args.get(name, type=int) for name in ("bill", "line", "statement")}
    page = found(
        proof(
            account_id,
            visit_id=asked["bill"],
            charge_id=asked["line"],
            statement_id=asked["statement"],
        )
    )
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="proof", id=account_id)
    return show("accounts/proof.html", page=page, columns=COLUMNS)


@blueprint.get("/<int:account_id>/decisions/<int:decision_id>/source")
@staff("remittances.view")
def decision(account_id: int, decision_id: int) -> ResponseReturnValue:
    """The payer's own segments behind a decision."""
    at = request.args.get("segment", type=int)
    page = found(decision_source(account_id, decision_id, at=at, store=gateways().documents))
    saw(accounts=[account_id], patients=[page.patient_id], kind="source", id=decision_id)
    return show("accounts/source.html", page=page, what="What the payer wrote")


@blueprint.get("/<int:account_id>/claims/<int:claim_id>/source")
@staff("remittances.view")
def claim(account_id: int, claim_id: int) -> ResponseReturnValue:
    """The practice's own segments behind a charge."""
    page = found(claim_source(account_id, claim_id, store=gateways().documents))
    saw(accounts=[account_id], patients=[page.patient_id], kind="source", id=claim_id)
    return show("accounts/source.html", page=page, what="What the practice sent")
