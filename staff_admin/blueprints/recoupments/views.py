"""What payers took and gave beside claims, and which claim each takeback was for."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from billing.money import ZERO
from portal.queries.eob_claims import ClaimFacts, accounts_of_claims, find_claims
from portal.queries.recoupments import TakebackPage, of_payer, takeback_page, worklist
from portal.services.match_takeback import MatchRefused, Takeback, match_takeback, undo_match
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.recoupments.forms import FindForm, MatchForm, WhyForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("recoupments", __name__, url_prefix="/recoupments")


@blueprint.get("/")
@staff("remittances.view")
def index() -> str:
    """Takebacks that no claim explains, and our checks that wait, each with its clock."""
    page = worklist(number=page_number(), on=practice_day())
    return show("recoupments/index.html", page=page, today=practice_day())


@blueprint.get("/payer/<int:payer_id>")
@staff("remittances.view")
def payer(payer_id: int) -> str:
    """One payer's history by its own references; interest, capitation and incentives by month."""
    page = found(of_payer(payer_id, number=page_number(), on=practice_day()))
    saw(kind="payer_money", id=payer_id)
    return show("recoupments/payer.html", page=page, today=practice_day())


@blueprint.get("/takebacks/<int:posting_id>")
@staff("remittances.view")
def takeback(posting_id: int) -> str:
    """One reference: carried forward, taken, returned, matched."""
    return _show(_page(posting_id))


@blueprint.post("/takebacks/<int:posting_id>/find")
@staff("work.decide")
def find(posting_id: int) -> str:
    """By POST, so that no name stands in an address or a log (HIPAA-18)."""
    page, form = _page(posting_id), FindForm()
    if not form.validate_on_submit():
        return _show(page, find_form=form)
    term = form.term.data or ""
    match_form = MatchForm(formdata=None, data={"term": term, "amount": page.row.open})
    claims = _claims(page, term)
    match_form.offer(claims)
    return _show(page, find_form=form, match_form=match_form, claims=claims)


@blueprint.post("/takebacks/<int:posting_id>/match")
@staff("work.decide")
def match(posting_id: int) -> ResponseReturnValue:
    """A person says which claim it was for; the same page matches it once."""
    page, form = _page(posting_id), MatchForm()
    claims = _claims(page, form.term.data or "")
    form.offer(claims)
    if not form.validate_on_submit() or not _matched(page, form):
        return _show(page, match_form=form, claims=claims)
    flash("Matched. The payer owes that claim again; the patient owes no more.", "done")
    return redirect(url_for(".takeback", posting_id=posting_id))


@blueprint.post("/takebacks/<int:posting_id>/matches/<uuid:match_id>/undo")
@staff("work.decide")
def undo(posting_id: int, match_id: UUID) -> ResponseReturnValue:
    """It was another claim after all."""
    page, form = _page(posting_id), WhyForm()
    if match_id not in {one.id for one in page.matches}:
        return found(None)
    if not form.validate_on_submit():
        return _show(page, why_form=form)
    why, day = form.why.data or "", practice_day()
    undo_match(match_id=match_id, why=why, staff=current_staff(), on=day, now=now())
    flash("Undone by a reversing entry.", "done")
    return redirect(url_for(".takeback", posting_id=posting_id))


def _page(posting_id: int) -> TakebackPage:
    page = found(takeback_page(posting_id))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="takeback", id=posting_id)
    return page


def _claims(page: TakebackPage, term: str) -> tuple[ClaimFacts, ...]:
    """Claims of this payer that fit what was typed."""
    claims = find_claims(term, payer_id=page.row.payer_id or 0) if term else ()
    mine = [c for c in claims if page.row.payer_id in {None, c.payer_id}]
    saw(
        accounts={one.account_id for one in mine},
        patients={one.patient_id for one in mine},
        action="search",
    )
    return tuple(mine)


def _matched(page: TakebackPage, form: MatchForm) -> bool:
    """Match it, or put the refusal on the form."""
    saw(about=accounts_of_claims([form.claim.data]))
    try:
        match_takeback(
            match_id=form.match_id,
            takeback=Takeback(payer_id=page.row.payer_id, reference=page.row.reference),
            claim_id=form.claim.data,
            amount=form.amount.data or ZERO,
            note=form.note.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (MatchRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _show(page: TakebackPage, **more: object) -> str:
    empty = {
        "find_form": FindForm(formdata=None),
        "why_form": WhyForm(formdata=None),
        "match_form": None,
        "claims": (),
    }
    return show("recoupments/takeback.html", page=page, **(empty | more))
