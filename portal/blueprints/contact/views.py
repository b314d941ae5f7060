"""How we reach you: the number, the boxes, the choices."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.text_templates import Grade
from billing.text_wording import LABELS
from portal.blueprints.contact import journey
from portal.blueprints.contact.call_forms import CallsForm
from portal.blueprints.contact.forms import AgreeForm, ChoicesForm, MobileForm
from portal.blueprints.contact.steps import (
    browser,
    code_form,
    keep_calls,
    mail_second_code,
    prove,
    text_code,
)
from portal.queries.contact_page import ContactPage, contact_page, own_accounts
from portal.queries.practice import practice_page
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import OWN_ONLY
from portal.services.agree_to_texts import agree_to_texts, stop_texts
from portal.services.change_address import change_address
from portal.services.choose_notices import choose_notices
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.person_forms import AddressForm
from portal.web.step_up import confirm_first

blueprint = Blueprint("contact", __name__, url_prefix="/contact")


@blueprint.get("/")
@patient(scope=OWN_ONLY)
def index() -> ResponseReturnValue:
    """The one account, or the choice of them."""
    accounts = own_accounts(current_patient())
    if len(accounts) == 1:
        return redirect(url_for(".account", account_id=accounts[0].id))
    return render_template("contact/accounts.html", accounts=accounts)


@blueprint.get("/<int:account_id>")
@patient(scope=OWN_ONLY)
def account(account_id: int) -> ResponseReturnValue:
    """What is agreed to, and every way to change it."""
    page, form = _page(account_id), AgreeForm()
    form.offer(page.open_categories, org=_org())
    return render_template("contact/account.html", page=page, form=form)


@blueprint.post("/<int:account_id>/agree")
@patient(scope=OWN_ONLY)
def agree(account_id: int) -> ResponseReturnValue:
    """Turn on what was ticked; nothing ticked is no error."""
    page, form = _page(account_id), AgreeForm()
    form.offer(page.open_categories, org=_org())
    if form.validate_on_submit():
        viewer, ticked = current_patient(), form.ticked
        agree_to_texts(
            viewer=viewer, account_id=account_id, categories=ticked, browser=browser(), now=now()
        )
        flash("Texts are on." if ticked else "You ticked no box. Nothing changed.", "success")
    return redirect(url_for(".account", account_id=account_id))


@blueprint.post("/<int:account_id>/stop/<category>")
@patient(scope=OWN_ONLY)
def stop(account_id: int, category: str) -> ResponseReturnValue:
    """Turn one category off, at once."""
    if category not in LABELS:
        abort(404)
    _page(account_id)
    wanted = TextCategory(category)
    viewer = current_patient()
    stop_texts(viewer=viewer, account_id=account_id, category=wanted, browser=browser(), now=now())
    flash(f"Texts about {LABELS[category].lower()} are off.", "success")
    return redirect(url_for(".account", account_id=account_id))


@blueprint.route("/<int:account_id>/mobile", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def mobile(account_id: int) -> ResponseReturnValue:
    """Which number; its code is texted to it. Links to the bills go there, so the password comes first (ID-12)."""
    page, form = _page(account_id), MobileForm()
    if (confirm := confirm_first()) is not None:
        return confirm
    if form.validate_on_submit() and text_code(form, page):
        return redirect(url_for(".code", account_id=account_id))
    return render_template("contact/mobile.html", page=page, form=form)


@blueprint.route("/<int:account_id>/mobile/code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def code(account_id: int) -> ResponseReturnValue:
    """The six digits, and those of the old number."""
    page, proving = _page(account_id), journey.current(account_id)
    if proving is None:
        return redirect(url_for(".mobile", account_id=account_id))
    form = code_form(proving)
    if form.validate_on_submit() and prove(form, proving, page):
        return redirect(url_for(".account", account_id=account_id))
    return render_template("contact/code.html", page=page, form=form, proving=proving)


@blueprint.post("/<int:account_id>/mobile/by-email")
@patient(scope=OWN_ONLY)
def by_email(account_id: int) -> ResponseReturnValue:
    """The old number is lost: its code comes by e-mail, and texts then wait for 72 hours (ID-12)."""
    page, proving = _page(account_id), journey.current(account_id)
    if proving is None or not proving.second:
        return redirect(url_for(".mobile", account_id=account_id))
    mail_second_code(journey.by_email(proving), page)
    return redirect(url_for(".code", account_id=account_id))


@blueprint.route("/<int:account_id>/address", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def address(account_id: int) -> ResponseReturnValue:
    """Where paper goes; the password comes first (ID-9, ID-12)."""
    page, viewer = _page(account_id), current_patient()
    if (confirm := confirm_first()) is not None:
        return confirm
    form = AddressForm(data=page.mailed_to)
    if form.validate_on_submit():
        changed = change_address(
            viewer=viewer, account_id=account_id, answers=form.answers, now=now()
        )
        flash("Your new address is saved." if changed else "Nothing was changed.", "success")
        return redirect(url_for(".account", account_id=account_id))
    return render_template("contact/address.html", page=page, form=form)


@blueprint.route("/<int:account_id>/choices", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def choices(account_id: int) -> ResponseReturnValue:
    """Channel and privacy."""
    page, viewer = _page(account_id), current_patient()
    form = ChoicesForm(obj=page)
    if form.validate_on_submit():
        grade = Grade(form.text_grade.data)
        choose_notices(
            viewer=viewer, account_id=account_id, channels=form.channels, grade=grade, now=now()
        )
        flash("Your choice is saved.", "success")
        return redirect(url_for(".account", account_id=account_id))
    return render_template("contact/choices.html", page=page, form=form)


@blueprint.route("/<int:account_id>/calls", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def calls(account_id: int) -> ResponseReturnValue:
    """When and where not to call about bills; whoever calls reads it as said by them (COLL-15)."""
    page = _page(account_id)
    form = CallsForm(page.calls)
    if form.validate_on_submit() and keep_calls(form, account_id):
        return redirect(url_for(".account", account_id=account_id))
    return render_template("contact/calls.html", page=page, form=form)


def _page(account_id: int) -> ContactPage:
    page = contact_page(current_patient(), account_id, now=now())
    if page is None:
        abort(404)
    saw(accounts=[account_id], kind="contact", id=account_id)
    return page


def _org() -> str:
    practice = practice_page()
    return practice.name if practice else "our office"
