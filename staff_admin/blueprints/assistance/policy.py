"""The scale with its versions, the limits of the rules, and amounts generally billed."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.assistance_scale import ScaleRefused
from portal.queries.assistance_policy import assistance_policy
from portal.services.keep_agb import keep_agb
from portal.services.set_assistance_scale import set_assistance_scale
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.assistance.scale_form import ScaleForm
from staff_admin.blueprints.assistance.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/policy")
@staff("assistance_status.view")
def policy() -> str:
    """What is given to whom, since when, and every version before."""
    saw(kind="assistance_scale")
    return show("assistance/policy.html", page=assistance_policy(practice_day()))


@blueprint.route("/policy/change", methods=["GET", "POST"])
@staff("assistance.policy")
def change_policy() -> ResponseReturnValue:
    """A new version; one by which more income could get more is refused."""
    form = ScaleForm(data={"effective_from": practice_day()})
    if not form.is_submitted():
        form.fill(assistance_policy(practice_day()).scale.scale)
    elif form.validate() and _kept(form):
        return redirect(url_for(".policy"))
    saw(kind="assistance_scale")
    return show("assistance/policy_change.html", form=form)


@blueprint.post("/policy/agb")
@staff("assistance.policy")
def work_out_agb() -> ResponseReturnValue:
    """Work amounts generally billed out anew, and keep the figure."""
    keep_agb(staff=current_staff(), on=practice_day(), now=now())
    flash("Worked out and kept. Decisions from now on name it.", "done")
    return redirect(url_for(".policy"))


def _kept(form: ScaleForm) -> bool:
    """Whether it was kept; why not is said at the rows."""
    try:
        number = set_assistance_scale(
            staff=current_staff(),
            scale=form.scale,
            effective_from=found(form.effective_from.data),
            reason=form.reason.data or "",
            now=now(),
        )
    except ScaleRefused as refused:
        form.rows.errors = [str(refused)]
        return False
    flash(f"Kept as version {number}.", "done")
    return True
