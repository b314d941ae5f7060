"""What a remittance could not post: match it line by line, split it, treat it as a denial, send it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.money import Money
from portal.queries.claim_beside import ClaimBeside, claim_on_page
from portal.queries.eob_claims import accounts_of_claims
from portal.queries.payer_request import request_letter
from portal.queries.staff_candidates import Candidate, candidates_of
from portal.queries.staff_claims import claims_numbered
from portal.queries.staff_work_item import WorkItemPage
from portal.services.deny_held import deny_held
from portal.services.refusal import NotFound
from portal.services.release_held import release_held
from portal.services.send_back import send_back
from portal.services.split_held import Rest, split_held
from portal.services.take_back_split import take_back_split
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, show
from staff_admin.blueprints.work.forms import (
    DenyForm,
    LinesForm,
    SendBackForm,
    SplitForm,
    TakeBackForm,
    split_form,
)
from staff_admin.blueprints.work.views import (
    MANY_CLAIMS,
    NO_CLAIM,
    back_to,
    blueprint,
    chosen_filter,
    item_page,
    show_item,
)


@blueprint.route("/<int:item_id>/lines/<int:claim_id>", methods=["GET", "POST"])
@staff("work.decide")
def lines(item_id: int, claim_id: int) -> ResponseReturnValue:
    """Say which of our lines each of the payer's answers; they must add up, then it is judged again."""
    page = _seen(item_id)
    beside = _beside(page, claim_id)
    form = LinesForm(prefix="lines", data={"seen": page.seen})
    if form.validate_on_submit():
        _match_lines(page, beside, form)
        return back_to(item_id)
    chosen = _chosen_lines(beside) or beside.proposed
    return show(
        "work/lines.html",
        page=page,
        beside=beside,
        form=form,
        chosen=chosen,
        wanted=chosen_filter(),
    )


@blueprint.route("/<int:item_id>/split", methods=["GET", "POST"])
@staff("work.decide")
def split(item_id: int) -> ResponseReturnValue:
    """Give each claim its part of the payer's money; what is left over stays in suspense on purpose."""
    page = _seen(item_id)
    if not page.can_be_split:
        raise NotFound
    candidates = candidates_of(found(page.decision))
    saw(accounts={one.account_id for one in candidates})
    form = split_form(candidates, data={"seen": page.seen})
    if form.validate_on_submit() and _split(page, form, candidates):
        return back_to(item_id)
    return show(
        "work/split.html", page=page, candidates=candidates, form=form, wanted=chosen_filter()
    )


@blueprint.post("/<int:item_id>/deny")
@staff("work.decide")
def deny(item_id: int) -> ResponseReturnValue:
    """Treat it as a denial: the denial's own work begins."""
    page, form = _seen(item_id), DenyForm(prefix="deny")
    if not form.validate_on_submit():
        return show_item(page, deny_form=form)
    deny_held(
        item_id=item_id,
        note=form.note.data or "",
        staff=current_staff(),
        now=now(),
        turn=form.turn(page),
    )
    flash("It is a denial now. Its work is in the queue.", "done")
    return back_to(item_id)


@blueprint.post("/<int:item_id>/take-back")
@staff("work.decide")
def take_back(item_id: int) -> ResponseReturnValue:
    """Undo the last split by its reversal; the money waits in suspense again."""
    page, form = _seen(item_id), TakeBackForm(prefix="back")
    if not form.validate_on_submit():
        return show_item(page, back_form=form)
    left = take_back_split(
        item_id=item_id,
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
        turn=form.turn(page),
    )
    flash(f"The split is taken back. {left} waits in suspense.", "done")
    return back_to(item_id)


@blueprint.route("/<int:item_id>/send-back", methods=["GET", "POST"])
@staff("work.decide")
def ask_payer(item_id: int) -> ResponseReturnValue:
    """Ask the payer to correct it, and say when to ask again."""
    page = _seen(item_id)
    if not page.can_be_sent_back:
        raise NotFound
    form = SendBackForm(
        prefix="ask", data={"seen": page.seen, "what": "\n".join(page.item.row.reasons)}
    )
    if not form.validate_on_submit():
        return show("work/send_back.html", page=page, form=form, wanted=chosen_filter())
    send_back(
        item_id=item_id,
        way=form.chosen_way,
        what=form.what.data or "",
        follow_up_on=found(form.follow_up_on.data),
        staff=current_staff(),
        on=practice_day(),
        now=now(),
        turn=form.turn(page),
    )
    kept: dict[str, Any] = dict(chosen_filter().args)
    return redirect(url_for("work.letter", item_id=item_id, **kept))


@blueprint.get("/<int:item_id>/letter")
@staff("work.decide")
def letter(item_id: int) -> str:
    """The request as a letter to print, or as what to say on the phone."""
    page = found(request_letter(item_id))
    accounts = (page.account_id,) if page.account_id else ()
    saw(accounts=accounts, kind="work_item", id=item_id)
    return show("work/letter.html", page=page, wanted=chosen_filter())


def _seen(item_id: int) -> WorkItemPage:
    return item_page(item_id)


def _beside(page: WorkItemPage, claim_id: int) -> ClaimBeside:
    if page.decision is None or not page.can_be_released:
        raise NotFound
    beside = found(claim_on_page(claim_id, page.decision))
    saw(about=(beside.account_id,), patients=(beside.patient_id,))
    return beside


def _chosen_lines(beside: ClaimBeside) -> dict[int, list[int]]:
    """Our lines that were ticked for each of the payer's; ids of other claims say nothing."""
    ours = {charge.charge_id for charge in beside.charges}
    ticked = {
        row.number: [
            int(one) for one in request.form.getlist(f"line-{row.number}") if one.isdecimal()
        ]
        for row in beside.lines
        if row.theirs
    }
    return {number: [one for one in ids if one in ours] for number, ids in ticked.items() if ids}


def _match_lines(page: WorkItemPage, beside: ClaimBeside, form: LinesForm) -> None:
    release_held(
        remittance_claim_id=found(page.decision).id,
        claim_id=beside.claim_id,
        lines=_chosen_lines(beside) or None,
        standing=form.standing.data,
        note=form.note.data or "",
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
        turn=form.turn(page),
    )
    flash("Matched line by line, and the decision is posted.", "done")


def _split(page: WorkItemPage, form: SplitForm, candidates: tuple[Candidate, ...]) -> bool:
    """Split it, or put on the form why not."""
    parts = form.parts(candidates)
    if form.number.data or form.amount.data:
        claims = claims_numbered(
            form.number.data or "", remittance_claim_id=found(page.decision).id
        )
        if len(claims) != 1:
            form.number.errors = [MANY_CLAIMS if claims else NO_CLAIM]
            return False
        parts[claims[0]] = parts.get(claims[0], Money(0)) + (form.amount.data or Money(0))
    saw(about=accounts_of_claims(parts))
    left = split_held(
        item_id=page.item.row.id,
        parts=parts,
        rest=Rest(form.follow_up_on.data) if form.follow_up_on.data else None,
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
        turn=form.turn(page),
    )
    flash(f"Split. {left} stays in suspense." if left else "Split. Nothing is left over.", "done")
    return True
