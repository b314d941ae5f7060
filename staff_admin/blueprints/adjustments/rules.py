"""The limits of adjustments, by kind, role and first day (OPS-23)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.adjustment_rules import rules_page
from portal.services.set_adjustment_rule import set_adjustment_rule
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.adjustments.forms import RuleForm, role_limits
from staff_admin.blueprints.adjustments.views import blueprint
from staff_admin.blueprints.show import show


@blueprint.route("/limits", methods=["GET", "POST"])
@staff("adjustments.rules")
def limits() -> ResponseReturnValue:
    """What stands, what stood, and a new limit."""
    form = RuleForm(data={"effective_from": practice_day()})
    saw(kind="adjustment_rule")
    if form.validate_on_submit():
        set_adjustment_rule(
            rule=form.rule(practice_day()),
            reason=form.reason.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
        flash("Set. What was approved before stays under what stood then.", "done")
        return redirect(url_for(".limits"))
    page = rules_page(practice_day())
    return show("adjustments/limits.html", page=page, form=form, in_words=role_limits)
