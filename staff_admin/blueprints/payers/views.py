"""The list of payers, one of them, and the rule by which its remittances post."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from portal.queries.payer_rules import LEVEL_WORDS, RulePage, payer_list, rule_page
from portal.services.set_posting_policy import CannotSetRule, set_posting_policy
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.payers.forms import RuleForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("payers", __name__, url_prefix="/payers")


@blueprint.get("/")
@staff("payers.view")
def index() -> str:
    """Each payer with its rule, and what of it waits."""
    page = payer_list(on=practice_day(), number=page_number())
    return show("payers/index.html", page=page, words=LEVEL_WORDS)


@blueprint.get("/<int:payer_id>")
@staff("payers.view")
def payer(payer_id: int) -> str:
    """One payer's rule, and how it came to be."""
    page = found(rule_page(payer_id, on=practice_day()))
    saw(kind="payer", id=payer_id)
    return show("payers/payer.html", page=page, words=LEVEL_WORDS)


@blueprint.route("/rule", methods=["GET", "POST"])
@staff("payers.policy")
def practice_rule() -> ResponseReturnValue:
    """The rule for every payer without its own."""
    return _change(found(rule_page(None, on=practice_day())))


@blueprint.route("/<int:payer_id>/rule", methods=["GET", "POST"])
@staff("payers.policy")
def rule(payer_id: int) -> ResponseReturnValue:
    """The rule of one payer."""
    page = found(rule_page(payer_id, on=practice_day()))
    saw(kind="payer", id=payer_id)
    return _change(page)


def _change(page: RulePage) -> ResponseReturnValue:
    form = RuleForm.of(page, practice_day())
    if not form.validate_on_submit() or not _kept(form, page.payer_id):
        return show("payers/rule.html", form=form, page=page)
    flash("Kept. What posted before stays as it is.", "done")
    if page.payer_id is None:
        return redirect(url_for(".index"))
    return redirect(url_for(".payer", payer_id=page.payer_id))


def _kept(form: RuleForm, payer_id: int | None) -> bool:
    """Keep it; what is wrong with it goes to the top of the form."""
    try:
        set_posting_policy(
            payer_id=payer_id,
            level=form.level.data,
            never_auto=form.never_auto.data or "",
            effective_from=found(form.effective_from.data),
            reason=form.reason.data or "",
            upon=form.seen,
            staff=current_staff(),
            now=now(),
        )
    except (CannotSetRule, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    return True
