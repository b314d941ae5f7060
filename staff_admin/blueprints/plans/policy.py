"""What the practice offers by itself: everybody at the office reads it, a manager changes it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.plan_policy import plan_rules_page
from portal.services.set_plan_policy import set_plan_policy
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.plans.forms import PolicyForm
from staff_admin.blueprints.plans.views import blueprint
from staff_admin.blueprints.show import show


@blueprint.get("/policy")
@staff("plans.view")
def policy() -> str:
    """The tiers in force, and every version before."""
    versions = plan_rules_page()
    saw(kind="plan_policy", id=versions[0].number)
    return show("plan_office/policy.html", versions=versions, rules=versions[0])


@blueprint.route("/policy/change", methods=["GET", "POST"])
@staff("plans.policy")
def change_policy() -> ResponseReturnValue:
    """A new version, with its reason."""
    form, rules = PolicyForm(), plan_rules_page()[0]
    saw(kind="plan_policy", id=rules.number)
    if not form.is_submitted():
        form.fill(rules)
    elif form.validate():
        set_plan_policy(
            staff=current_staff(),
            policy=form.policy,
            days=form.offered_days,
            reason=form.reason.data or "",
            now=now(),
        )
        flash("The new policy counts from now on. Plans signed before stand as signed.", "done")
        return redirect(url_for(".policy"))
    return show("plan_office/policy_change.html", form=form)
