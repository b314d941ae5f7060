"""Home for somebody without a record (ID-1), and one's own details, one idea a screen."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.text_wording import LABELS
from portal.blueprints.contact.forms import AgreeForm
from portal.blueprints.profile import steps
from portal.blueprints.profile.forms import PhoneCodeForm, PhoneForm
from portal.queries.linking import open_request
from portal.queries.own_texts import own_texts
from portal.queries.profile import ProfilePage, profile_page
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import OWN_ONLY
from portal.queries.visit_pages import next_of
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.person_forms import (
    FORMATS,
    LANGUAGES,
    SIGNED,
    AddressForm,
    EmergencyForm,
    LanguageForm,
    NameForm,
)
from portal.web.proving import OWN_PHONE
from portal.web.step_up import confirm_first
from portal.web.theme import current_practice

blueprint = Blueprint("profile", __name__)


@blueprint.get("/home")
@patient(scope=OWN_ONLY)
def home() -> ResponseReturnValue:
    """What somebody without a record can do next; those who have one go to their bills."""
    if current_patient().account_ids:
        return redirect(url_for("overview.home"))
    asked = open_request(current_patient())
    visit = next_of(current_patient(), now=now())
    return render_template("profile/home.html", page=_page(), asked=asked, visit=visit)


@blueprint.get("/details")
@patient(scope=OWN_ONLY)
def details() -> ResponseReturnValue:
    """Everything one told us of oneself, and the way to change it."""
    page = _page()
    formats, linked = [FORMATS[name] for name in page.formats], current_patient().account_ids
    return render_template(
        "profile/details.html",
        page=page,
        languages=dict([*LANGUAGES, SIGNED]),
        formats=formats,
        linked=bool(linked),
    )


@blueprint.route("/details/name", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def name() -> ResponseReturnValue:
    """Name and birth date."""
    form = NameForm(data=asdict(_page()))
    if form.validate_on_submit() and (answers := steps.name_answers(form)):
        return _kept(answers)
    return render_template("profile/name.html", form=form)


@blueprint.route("/details/address", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def address() -> ResponseReturnValue:
    """Where one lives; the password comes first (ID-9)."""
    if (confirm := confirm_first()) is not None:
        return confirm
    form = AddressForm(data=asdict(_page()))
    if form.validate_on_submit():
        return _kept(form.answers)
    return render_template("profile/address.html", form=form)


@blueprint.route("/details/language", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def language() -> ResponseReturnValue:
    """Spoken, written, interpreter, formats (LANG-3)."""
    page = _page()
    form = LanguageForm(data=asdict(page), formats=page.formats)
    if form.validate_on_submit():
        return _kept(form.answers)
    return render_template("profile/language.html", form=form)


@blueprint.route("/details/emergency", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def emergency() -> ResponseReturnValue:
    """Whom to call."""
    form = EmergencyForm(data=asdict(_page()))
    if form.validate_on_submit():
        return _kept(form.answers)
    return render_template("profile/emergency.html", form=form)


@blueprint.route("/details/phone", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def phone() -> ResponseReturnValue:
    """Which number; its code is texted to it. The password comes first (ID-9)."""
    if (confirm := confirm_first()) is not None:
        return confirm
    page, form = _page(), PhoneForm()
    if form.validate_on_submit() and steps.text_code(form, page):
        return redirect(url_for(".phone_code"))
    return render_template("profile/phone.html", form=form)


@blueprint.route("/details/phone-code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def phone_code() -> ResponseReturnValue:
    """The six digits."""
    proving, form = OWN_PHONE.current(current_patient().login_id), PhoneCodeForm()
    if proving is None:
        return redirect(url_for(".phone"))
    if form.validate_on_submit() and steps.prove_phone(form, proving):
        return redirect(url_for(".details"))
    return render_template("profile/phone_code.html", form=form, phone=proving.to)


@blueprint.route("/details/texts", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def texts() -> ResponseReturnValue:
    """Texts of somebody without a record: on and off by kind; others choose on the page of their account."""
    if current_patient().account_ids:
        return redirect(url_for("contact.index"))
    page, form = _page(), AgreeForm()
    on = own_texts(current_patient(), page.mobile)
    form.offer([name for name in LABELS if name not in on], org=current_practice().name)
    if form.validate_on_submit():
        steps.turn_on(form.ticked)
        return redirect(url_for(".texts"))
    return render_template("profile/texts.html", page=page, form=form, on=on, labels=LABELS)


@blueprint.post("/details/texts/stop/<category>")
@patient(scope=OWN_ONLY)
def stop_texts(category: str) -> ResponseReturnValue:
    """Turn one kind off, at once."""
    if category not in LABELS:
        abort(404)
    saw(kind="text_consent", id=current_patient().login_id)
    steps.turn_off(TextCategory(category))
    return redirect(url_for(".texts"))


def _page() -> ProfilePage:
    viewer = current_patient()
    saw(kind="profile", id=viewer.login_id)
    return profile_page(viewer)


def _kept(answers: dict[str, object]) -> ResponseReturnValue:
    steps.keep(answers)
    return redirect(url_for(".details"))
