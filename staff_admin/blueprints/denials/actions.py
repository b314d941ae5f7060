"""What ends a denial, or sends it on its way: a corrected claim, giving up, a write-off within one's limit."""

from __future__ import annotations

from flask import flash
from flask.typing import ResponseReturnValue

from billing.adjustments import AdjustmentRefused
from portal.queries.denial_page import DenialPage
from portal.services.correct_denial import correct_denial
from portal.services.give_up_denial import give_up_denial
from portal.services.write_off_denial import write_off_denial
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.denials.forms import CorrectForm, ReasonForm, WriteOffForm
from staff_admin.blueprints.denials.views import back_to, blueprint, denial_of, show_denial
from staff_admin.blueprints.show import found


@blueprint.post("/<int:denial_id>/correct")
@staff("denials.work")
def correct(denial_id: int) -> ResponseReturnValue:
    """A corrected claim (frequency 7) was sent."""
    page, form = _seen(denial_id), CorrectForm(prefix="correct")
    if not form.validate_on_submit():
        return show_denial(page, correct_form=form)
    correct_denial(
        denial_id=denial_id,
        version=form.seen,
        sent_on=found(form.sent_on.data),
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Written down. The bill waits until the payer decides again.", "done")
    return back_to(denial_id)


@blueprint.post("/<int:denial_id>/give-up")
@staff("denials.work")
def give_up(denial_id: int) -> ResponseReturnValue:
    """Nothing more is asked of the payer."""
    page, form = _seen(denial_id), ReasonForm(prefix="lost")
    if not form.validate_on_submit():
        return show_denial(page, give_up_form=form)
    reason, who = form.reason.data or "", current_staff()
    give_up_denial(denial_id=denial_id, version=form.seen, reason=reason, staff=who, now=now())
    flash("Marked as lost. Write it off: the patient does not owe it.", "done")
    return back_to(denial_id)


@blueprint.post("/<int:denial_id>/write-off")
@staff("denials.work")
def write_off(denial_id: int) -> ResponseReturnValue:
    """Take it off the books, within the role's limit."""
    page, form = _seen(denial_id), WriteOffForm(prefix="off")
    if not form.validate_on_submit() or not _written_off(denial_id, form):
        return show_denial(page, write_off_form=form)
    return back_to(denial_id)


def _written_off(denial_id: int, form: WriteOffForm) -> bool:
    """Post it, or put on the form why not."""
    try:
        amount = write_off_denial(
            form_id=form.id_of_form,
            denial_id=denial_id,
            version=form.seen,
            reason=form.reason.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except AdjustmentRefused as refused:
        form.form_errors.append(str(refused))
        return False
    flash(f"{amount} is off the books. The patient was not billed for it.", "done")
    return True


def _seen(denial_id: int) -> DenialPage:
    page = denial_of(denial_id)
    row = page.row
    saw(accounts=[row.account_id], patients=[row.patient_id], kind="denial", id=denial_id)
    return page
