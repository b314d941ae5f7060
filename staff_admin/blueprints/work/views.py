"""The queue, one item, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.adjustments import AdjustmentRefused
from billing.transfers import TransferRefused, TransferRule, What
from portal.queries.queue_filter import QueueFilter, filter_of
from portal.queries.queue_page import queue_page
from portal.queries.staff_claims import claims_numbered
from portal.queries.staff_work_item import WorkItemPage, work_item_page
from portal.services.decide_review import decide_review
from portal.services.note_work_item import note_work_item
from portal.services.release_held import release_held
from portal.services.resolve_work_item import resolve_work_item
from portal.services.transfer_share import TransferWish, transfer_share
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show
from staff_admin.blueprints.work.forms import (
    CloseForm,
    DenyForm,
    NoteForm,
    OwnerForm,
    ReleaseForm,
    ReviewForm,
    SuspenseForm,
    TakeBackForm,
    ViewForm,
)

NO_CLAIM = "No claim here has this number. Check it against the claim."
MANY_CLAIMS = "More than one claim has this number. Use the payer's claim number."
MONEY_ALONE = "The money is on the claim; the decision itself is not posted: "

blueprint = Blueprint("work", __name__, url_prefix="/queue")


@blueprint.get("/")
@staff("work.view")
def index() -> ResponseReturnValue:
    """What waits, by what is due first; or what was closed. It opens with the viewer's own first view."""
    viewer, wanted = current_staff(), chosen_filter()
    queue = queue_page(viewer, wanted, on=practice_day(), number=page_number())
    saw(accounts=[row.account_id for row in queue.items.rows if row.account_id], kind="work")
    first = next((one for one in queue.lists if one.first), None)
    if first is not None and not request.args:
        kept: dict[str, Any] = dict(first.args)
        return redirect(url_for("work.index", **kept))
    return show("work/index.html", queue=queue, page=queue.items, wanted=wanted, form=ViewForm())


@blueprint.get("/<int:item_id>")
@staff("work.view")
def item(item_id: int) -> str:
    """One item with its facts."""
    return show_item(item_page(item_id))


@blueprint.post("/<int:item_id>/note")
@staff("work.decide")
def note(item_id: int) -> ResponseReturnValue:
    """Write a finding down."""
    page, form = item_page(item_id), NoteForm(prefix="note")
    if not form.validate_on_submit():
        return show_item(page, note_form=form)
    note_work_item(item_id=item_id, text=form.text.data or "", staff=current_staff(), now=now())
    flash("Noted.", "done")
    return back_to(item_id)


@blueprint.post("/<int:item_id>/close")
@staff("work.decide")
def close(item_id: int) -> ResponseReturnValue:
    """Close it with its outcome."""
    page = item_page(item_id)
    form = close_form(page)
    if not form.validate_on_submit():
        return show_item(page, close_form=form)
    closed = resolve_work_item(
        item_id=item_id,
        outcome=form.chosen_outcome,
        note=form.note.data or "",
        staff=current_staff(),
        now=now(),
        turn=form.turn(page),
    )
    flash("Closed." if closed else "Somebody closed it before you; see below.", "done")
    return back_to(item_id)


@blueprint.post("/<int:item_id>/release")
@staff("work.decide")
def release(item_id: int) -> ResponseReturnValue:
    """Post a held decision to its claim, now that a person looked."""
    page, form = item_page(item_id), ReleaseForm(prefix="release")
    if form.validate_on_submit() and _released(page, form):
        return back_to(item_id)
    return show_item(page, release_form=form)


@blueprint.post("/<int:item_id>/review")
@staff("work.decide")
def review(item_id: int) -> ResponseReturnValue:
    """Bill a reviewed share to the patient, or take it off as ours."""
    page, form = item_page(item_id), ReviewForm(prefix="review")
    if not page.can_be_decided or not form.validate_on_submit() or not _reviewed(page, form):
        return show_item(page, review_form=form)
    return back_to(item_id)


def _reviewed(page: WorkItemPage, form: ReviewForm) -> bool:
    """Decide it by the rules of a transfer, or put on the form what they ask for."""
    decision_id, note, document = found(page.decision).id, form.note.data or "", form.document.data
    who: dict[str, Any] = {"staff": current_staff(), "on": practice_day(), "now": now()}
    try:
        if form.owed.data == "patient":
            rule = TransferRule.WAIVER_SIGNED if document else TransferRule.PR_REVIEWED
            wish = TransferWish(
                what=What.REVIEWED, id=decision_id, rule=rule, reason=note, document=document or ""
            )
            flash(f"{transfer_share(form_id=uuid4(), wish=wish, **who)} is billed.", "done")
        else:
            done = decide_review(
                remittance_claim_id=decision_id, bill_patient=False, note=note, **who
            )
            flash(f"{done.amount} is taken off.", "done")
    except TransferRefused as refused:
        form.document.errors = [str(refused)]
        return False
    except AdjustmentRefused as refused:
        form.owed.errors = [str(refused)]
        return False
    return True


def _released(page: WorkItemPage, form: ReleaseForm) -> bool:
    """Release it, or put on the form why not."""
    held = found(page.decision)
    claim_id = held.claim_id
    if form.number.data:
        claims = claims_numbered(form.number.data, remittance_claim_id=held.id)
        if len(claims) != 1:
            form.number.errors = [MANY_CLAIMS if claims else NO_CLAIM]
            return False
        (claim_id,) = claims
    done = release_held(
        remittance_claim_id=held.id,
        claim_id=claim_id,
        note=form.note.data or "",
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
        turn=form.turn(page),
    )
    why = "; ".join(done.reasons)
    flash("Released, and the decision is posted." if done.decided else MONEY_ALONE + why, "done")
    return True


def chosen_filter() -> QueueFilter:
    """The part of the queue that the address names; nonsense means all of it."""
    return filter_of(request.args, me=current_staff().login_id)


def back_to(item_id: int) -> ResponseReturnValue:
    """The item as it stands now; the next one of the same part is a key away."""
    kept: dict[str, Any] = dict(chosen_filter().args)
    return redirect(url_for("work.item", item_id=item_id, **kept))


def item_page(item_id: int) -> WorkItemPage:
    """The item for the viewer, written to the audit trail."""
    viewer, wanted = current_staff(), chosen_filter()
    page = found(work_item_page(viewer, item_id, on=practice_day(), wanted=wanted))
    saw(accounts=page.account_ids, patients=page.patient_ids, about=page.about)
    saw(kind="work_item", id=item_id)
    return page


def show_item(page: WorkItemPage, **forms: FlaskForm) -> str:
    """The item with the form that was sent, and the others empty."""
    seen = {"seen": page.seen}
    empty = {
        "note_form": NoteForm(prefix="note", formdata=None),
        "close_form": close_form(page, formdata=None),
        "release_form": ReleaseForm(prefix="release", formdata=None, data=seen),
        "review_form": ReviewForm(prefix="review", formdata=None),
        "owner_form": owner_form(page, formdata=None),
        "suspense_form": SuspenseForm(prefix="suspense", formdata=None, data=seen),
        "back_form": TakeBackForm(prefix="back", formdata=None, data=seen),
        "deny_form": DenyForm(prefix="deny", formdata=None, data=seen),
    }
    return show("work/item.html", page=page, wanted=chosen_filter(), **(empty | forms))


def close_form(page: WorkItemPage, **options: object) -> CloseForm:
    """The form with the ways in which this kind of item ends."""
    form = CloseForm(prefix="close", data={"seen": page.seen}, **options)
    form.offer(page.item.row.kind)
    return form


def owner_form(page: WorkItemPage, **options: object) -> OwnerForm:
    """The form with who has it now."""
    row = page.item.row
    now_has = str(row.owner_id or "")
    known = {"seen": now_has, "owner": now_has, "due_on": row.due_on}
    form = OwnerForm(prefix="owner", data=known, **options)
    form.offer(page.owners)
    return form
