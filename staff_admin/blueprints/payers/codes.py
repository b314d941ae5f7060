"""Codes of payers that stand for ours by a person's word: all of them, and their end."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.code_equivalences import equivalence_list
from portal.services.end_code_equivalence import end_code_equivalence
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.payers.forms import EndForm
from staff_admin.blueprints.payers.views import blueprint
from staff_admin.blueprints.show import page_number, show


@blueprint.get("/codes")
@staff("payers.view")
def codes() -> str:
    """What stands, then what was ended, with who said so and why."""
    page = equivalence_list(number=page_number())
    return show("payers/codes.html", page=page, form=EndForm())


@blueprint.post("/codes/<int:equivalence_id>/end")
@staff("work.decide")
def end_code(equivalence_id: int) -> ResponseReturnValue:
    """End one at once; what posted by it stays."""
    saw(kind="code_equivalence", id=equivalence_id)
    form = EndForm()
    if form.validate_on_submit():
        end_code_equivalence(
            equivalence_id=equivalence_id,
            reason=form.reason.data or "",
            staff=current_staff(),
            now=now(),
        )
        flash("Ended. The next remittance with this code waits for a person.", "done")
    else:
        flash("Say why it ends.", "attention")
    return redirect(url_for(".codes"))
