"""Match a payer's claim to one of ours, leave its money in suspense, or say who looks after it."""

from __future__ import annotations

from flask import flash
from flask.typing import ResponseReturnValue

from portal.queries.eob_claims import accounts_of_claims
from portal.queries.staff_candidates import Candidate, match_candidates
from portal.queries.staff_work_item import WorkItemPage
from portal.services.assign_work_item import assign_work_item
from portal.services.keep_in_suspense import keep_in_suspense
from portal.services.read_held_claim import read_held_claim
from portal.services.refusal import NotFound
from portal.services.release_held import release_held
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, show
from staff_admin.blueprints.work.forms import MatchForm, SuspenseForm
from staff_admin.blueprints.work.views import (
    MONEY_ALONE,
    back_to,
    blueprint,
    chosen_filter,
    item_page,
    owner_form,
    show_item,
)


@blueprint.route("/<int:item_id>/match", methods=["GET", "POST"])
@staff("work.decide")
def match(item_id: int) -> ResponseReturnValue:
    """Our claims that it may be about, with what differs; the chosen one is judged as the import judges."""
    page = _seen(item_id)
    form = MatchForm(prefix="match", data={"seen": page.seen})
    candidates = _candidates(page)
    form.claim.choices = [(str(one.claim_id), one.control_number) for one in candidates]
    if form.validate_on_submit():
        _match(page, form)
        return back_to(item_id)
    return show(
        "work/match.html", page=page, candidates=candidates, form=form, wanted=chosen_filter()
    )


@blueprint.post("/<int:item_id>/suspense")
@staff("work.decide")
def suspense(item_id: int) -> ResponseReturnValue:
    """Leave the payer's money in suspense, with the reason and the day to look again."""
    page, form = _seen(item_id), SuspenseForm(prefix="suspense")
    if not form.validate_on_submit():
        return show_item(page, suspense_form=form)
    keep_in_suspense(
        item_id=item_id,
        reason=form.chosen_reason,
        follow_up_on=found(form.follow_up_on.data),
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
        turn=form.turn(page),
    )
    flash("Left in suspense. It comes back on the day you named.", "done")
    return back_to(item_id)


@blueprint.post("/<int:item_id>/owner")
@staff("work.decide")
def owner(item_id: int) -> ResponseReturnValue:
    """Say who looks after it, and by when."""
    page = _seen(item_id)
    form = owner_form(page)
    if not form.validate_on_submit():
        return show_item(page, owner_form=form)
    assign_work_item(
        item_id=item_id,
        owner_id=form.chosen_owner,
        seen_owner_id=form.seen_owner,
        due_on=form.due_on.data,
        staff=current_staff(),
        now=now(),
    )
    flash("Saved.", "done")
    return back_to(item_id)


def _seen(item_id: int) -> WorkItemPage:
    page = item_page(item_id)
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="work_item", id=item_id)
    return page


def _candidates(page: WorkItemPage) -> tuple[Candidate, ...]:
    """Only while the money waits; whose claims were shown is written down."""
    if page.decision is None or not page.can_be_released:
        raise NotFound
    clp = read_held_claim(page.decision.id, gateways().documents)
    candidates = match_candidates(page.decision.id, clp)
    saw(accounts={one.account_id for one in candidates})
    return candidates


def _match(page: WorkItemPage, form: MatchForm) -> None:
    saw(about=accounts_of_claims([int(form.claim.data)]))
    done = release_held(
        remittance_claim_id=found(page.decision).id,
        claim_id=int(form.claim.data),
        note=form.note.data or "",
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
        turn=form.turn(page),
    )
    why = "; ".join(done.reasons)
    flash("Matched, and the decision is posted." if done.decided else MONEY_ALONE + why, "done")
