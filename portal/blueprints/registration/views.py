"""Registration: who, language, e-mail and its proof, phone and its proof, emergency contact, texts, password."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.text_wording import LABELS
from portal.blueprints.contact.forms import AgreeForm
from portal.blueprints.registration import journey as journeys
from portal.blueprints.registration import steps
from portal.blueprints.registration.forms import (
    EmailCodeForm,
    EmailForm,
    PasswordForm,
    PhoneCodeForm,
    PhoneForm,
)
from portal.blueprints.registration.journey import Journey
from portal.web.access import public
from portal.web.languages import speak
from portal.web.person_forms import EmergencyForm, LanguageForm, NameForm
from portal.web.sign_in import begin_second_factor
from portal.web.theme import current_practice

blueprint = Blueprint("registration", __name__, url_prefix="/register")


@blueprint.route("/", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """Name and birth date."""
    if "login_id" in g:
        return redirect(url_for("pages.home"))
    form = NameForm()
    if form.validate_on_submit():
        journey = steps.begin(form)
        return _on(journey) if journey else redirect(url_for(".minor"))
    return render_template("registration/start.html", form=form)


@blueprint.get("/under-18")
@public
def minor() -> ResponseReturnValue:
    """Who signs up for a minor."""
    return render_template("registration/minor.html")


@blueprint.route("/language", methods=["GET", "POST"])
@public
def language() -> ResponseReturnValue:
    """Spoken, written, interpreter, formats (LANG-3)."""
    journey = journeys.at("language")
    if journey is None:
        return _back()
    form = LanguageForm(**_said(journey, "spoken_language", "written_language", "interpreter"))
    if form.validate_on_submit():
        response = make_response(_on(journeys.answered(journey, "language", **form.answers)))
        speak(response, form.written_language.data)
        return response
    return _show("language", form)


@blueprint.route("/email", methods=["GET", "POST"])
@public
def email() -> ResponseReturnValue:
    """The e-mail address."""
    journey, form = journeys.at("email"), EmailForm()
    if journey is None:
        return _back()
    if form.validate_on_submit() and (mailed := steps.mail_code(form, journey)):
        return _on(mailed)
    return _show("email", form)


@blueprint.route("/email-code", methods=["GET", "POST"])
@public
def email_code() -> ResponseReturnValue:
    """The six digits from the e-mail."""
    journey, form = journeys.at("email_code"), EmailCodeForm()
    if journey is None:
        return _back()
    if form.validate_on_submit() and (proven := steps.prove_email(form, journey)):
        return _on(proven)
    return _show("email_code", form, email=journey.email)


@blueprint.route("/phone", methods=["GET", "POST"])
@public
def phone() -> ResponseReturnValue:
    """The phone number."""
    journey, form = journeys.at("phone"), PhoneForm()
    if journey is None:
        return _back()
    if form.validate_on_submit() and (texted := steps.text_code(form, journey)):
        return _on(texted)
    return _show("phone", form)


@blueprint.route("/phone-code", methods=["GET", "POST"])
@public
def phone_code() -> ResponseReturnValue:
    """The six digits from the text, or on without them."""
    journey, form = journeys.at("phone_code"), PhoneCodeForm()
    if journey is None:
        return _back()
    if form.is_submitted() and (proven := steps.prove_phone(form, journey)):
        return _on(proven)
    return _show("phone_code", form, phone=journey.mobile)


@blueprint.route("/emergency", methods=["GET", "POST"])
@public
def emergency() -> ResponseReturnValue:
    """Whom to call; may be left empty."""
    journey = journeys.at("emergency")
    if journey is None:
        return _back()
    form = EmergencyForm(data=asdict(journey))
    if form.validate_on_submit():
        return _on(journeys.answered(journey, "emergency", **form.answers))
    return _show("emergency", form)


@blueprint.route("/texts", methods=["GET", "POST"])
@public
def texts() -> ResponseReturnValue:
    """A box for each kind of text, none ticked (MSG-2)."""
    journey, form = journeys.at("texts"), AgreeForm()
    if journey is None or not journey.mobile_proven_at:
        return _back()
    form.offer(list(LABELS), org=current_practice().name)
    if form.validate_on_submit():
        return _on(steps.agree(form, journey))
    return _show("texts", form, phone=journey.mobile)


@blueprint.route("/password", methods=["GET", "POST"])
@public
def password() -> ResponseReturnValue:
    """The password; with it the sign-in exists, and asks for its second factor."""
    journey, form = journeys.at("password"), PasswordForm()
    if journey is None or journey.next != "password":
        return _back()
    if form.validate_on_submit() and (login_id := steps.register(form, journey)):
        return begin_second_factor(login_id)
    return _show("password", form, email=journey.email)


def _said(journey: Journey, *names: str) -> dict[str, object]:
    """Earlier answers, for a form that is opened again."""
    return {"data": {name: getattr(journey, name) for name in names}, "formats": journey.formats}


def _on(journey: Journey) -> ResponseReturnValue:
    """To the next open question."""
    return redirect(url_for(f".{journey.next}"))


def _back() -> ResponseReturnValue:
    """To the question that is open in truth."""
    journey = journeys.current()
    return redirect(url_for(f".{journey.next}" if journey else ".start"))


def _show(step: str, form: object, **values: object) -> ResponseReturnValue:
    number = journeys.STEPS.index(step) + 1
    return render_template(
        f"registration/{step}.html", form=form, number=number, of=len(journeys.STEPS), **values
    )
