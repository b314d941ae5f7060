"""Applying without a sign-in: begun with a name, kept as one goes, taken up on any phone by a code and the birth date (FA-6)."""

from __future__ import annotations

from datetime import date

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.assistance_steps import Step
from portal.blueprints.help_paying import filling
from portal.blueprints.help_paying.addresses import GuestAddresses
from portal.blueprints.help_paying.forms import ButtonForm, PaperForm, SignForm
from portal.blueprints.help_paying.guest_forms import REACH, BackForm, ReachForm, WhoForm
from portal.blueprints.help_paying.guest_status import kept_guest_paper, show_status
from portal.blueprints.help_paying.keeping import GuestKeeper
from portal.blueprints.help_paying.steps import show, signing_words
from portal.blueprints.help_paying.views import blueprint, opened_here
from portal.queries.guest_application import GuestPage, guest_paper
from portal.services.guest_application import (
    GuestCaller,
    begin_guest,
    open_guest,
    save_guest,
    send_guest,
    take_from_guest,
)
from portal.services.guest_papers import remove_guest_paper
from portal.services.own_application import CannotApply
from portal.web.access import applicant, public
from portal.web.applicants import code_to_show, leave, open_here
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day

WRONG = "No application fits. Look at the code and at the birth date, or call us."
ASKED = "household, income, coverage, hardship"
PLACES = GuestAddresses()


@blueprint.route("/without-sign-in", methods=["GET", "POST"])
@public
def guest() -> ResponseReturnValue:
    """Who applies; then the code, by which they come back."""
    form = WhoForm()
    ok = form.validate_on_submit() and form.check(practice_day())
    if ok and (born := form.birth_on.data) is not None and _begun(form, born):
        return redirect(url_for(".guest_code"))
    return render_template("help_paying/guest_who.html", form=form)


@blueprint.get("/without-sign-in/code")
@applicant
def guest_code() -> ResponseReturnValue:
    """The code, shown once."""
    opened_here()
    code = code_to_show()
    if not code:
        return redirect(url_for(".guest_parts"))
    return render_template("help_paying/guest_code.html", code=code)


@blueprint.route("/come-back", methods=["GET", "POST"])
@public
def guest_back() -> ResponseReturnValue:
    """By the code and the birth date."""
    form = BackForm()
    if form.validate_on_submit() and (born := form.birth_on.data) is not None:
        found = open_guest(code=form.code.data or "", birth_on=born, caller=_caller(), now=now())
        if found is not None:
            open_here(found)
            return redirect(url_for(".guest_parts"))
        form.form_errors = [WRONG]
    return render_template("help_paying/guest_back.html", form=form)


@blueprint.post("/come-back/leave")
@public
def guest_leave() -> ResponseReturnValue:
    """Nobody who takes this phone next reads it."""
    leave()
    return redirect(url_for("pages.paying"))


@blueprint.get("/mine")
@applicant
def guest_parts() -> str:
    """Each part with whether it has an answer; once sent, where it stands."""
    page = opened_here()
    if not page.editable:
        return show_status(page)
    return render_template(
        "help_paying/guest_parts.html", page=page, steps=PLACES, form=ButtonForm()
    )


@blueprint.route("/mine/who", methods=["GET", "POST"])
@applicant
def guest_who() -> ResponseReturnValue:
    """Whose it is, to put right; the birth date goes with the code from then on."""
    page = _draft()
    named = {"name": page.name, "birth_on": page.birth_on}
    form = WhoForm(data={**named, "account_number": page.fields["account_number"]})
    if form.validate_on_submit() and form.check(practice_day()):
        save_guest(page.id, fields={**form.fields, "birth_on": form.birth_on.data}, now=now())
        return redirect(PLACES.later)
    return render_template("help_paying/guest_name.html", form=form, steps=PLACES)


@blueprint.route("/mine/you", methods=["GET", "POST"])
@applicant
def guest_you() -> ResponseReturnValue:
    """How they are reached, and where they live."""
    page = _draft()
    form = ReachForm(data={name: page.fields[name] for name in REACH})
    if form.validate_on_submit():
        save_guest(page.id, fields=form.fields, now=now())
        return redirect(PLACES.of(Step.HOUSEHOLD))
    return show(Step.YOU, page, PLACES, screen="guest_reach", form=form)


@blueprint.route(f"/mine/<any({ASKED}):step>", methods=["GET", "POST"])
@applicant
def guest_step(step: str) -> ResponseReturnValue:
    """One screen of the same as somebody fills in who signed in."""
    page, this = _draft(), Step(step)
    forms = filling.forms_of(this, page)
    if (to := filling.saved(this, GuestKeeper(page.id), forms)) is not None:
        return redirect(PLACES.of(to))
    return show(this, page, PLACES, **forms)


@blueprint.post("/mine/household/all")
@applicant
def guest_household_all() -> ResponseReturnValue:
    """These are all."""
    save_guest(_draft().id, answers={"household_said": True}, now=now())
    return redirect(PLACES.of(Step.INCOME))


@blueprint.post("/mine/household/<int:place>/remove")
@applicant
def guest_without_person(place: int) -> ResponseReturnValue:
    """Somebody does not belong to the household."""
    take_from_guest(_draft().id, "people", place, now=now())
    return redirect(PLACES.of(Step.HOUSEHOLD))


@blueprint.post("/mine/income/<int:place>/remove")
@applicant
def guest_without_income(place: int) -> ResponseReturnValue:
    """A source of income was wrong."""
    take_from_guest(_draft().id, "incomes", place, now=now())
    return redirect(PLACES.of(Step.INCOME))


@blueprint.route("/mine/papers", methods=["GET", "POST"])
@applicant
def guest_papers() -> ResponseReturnValue:
    """Photographed or chosen; nobody has to have one at hand."""
    page, form = _draft(), PaperForm()
    if form.validate_on_submit() and kept_guest_paper(page, form):
        return redirect(url_for(".guest_papers"))
    return show(Step.PAPERS, page, PLACES, form=form)


@blueprint.get("/mine/papers/<int:paper_id>.pdf")
@applicant
def guest_one_paper(paper_id: int) -> Response:
    """One of them, as we made it harmless."""
    key = guest_paper(opened_here().id, paper_id)
    if key is None:
        abort(404)
    headers = {"Content-Disposition": 'inline; filename="paper.pdf"'}
    content = gateways().documents.get(key)
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.post("/mine/papers/<int:paper_id>/remove")
@applicant
def guest_without_paper(paper_id: int) -> ResponseReturnValue:
    """It was the wrong one: deleted."""
    remove_guest_paper(_draft().id, paper_id, documents=gateways().documents, now=now())
    return redirect(url_for(".guest_papers"))


@blueprint.route("/mine/sign", methods=["GET", "POST"])
@applicant
def guest_sign() -> ResponseReturnValue:
    """All of it once more, and the signature over what stands there."""
    page, form, words = _draft(), SignForm(), signing_words()
    if form.validate_on_submit() and _sent(page, form, words):
        flash("We have your application. Thank you.", "done")
        return redirect(url_for(".guest_parts"))
    form.seen_hash.data = page.hash_of(words)
    return show(Step.SIGN, page, PLACES, form=form, words=words)


def _begun(form: WhoForm, birth_on: date) -> bool:
    """Why it was not begun stands on the form."""
    try:
        guest_id, code = begin_guest(
            fields=form.fields,
            birth_on=birth_on,
            language=language(),
            caller=_caller(),
            now=now(),
        )
    except CannotApply as refused:
        form.form_errors = [str(refused)]
        return False
    open_here(guest_id, code=code)
    return True


def _draft() -> GuestPage:
    """The same, still to be filled in; what was sent shows where it stands."""
    page = opened_here()
    if not page.editable:
        abort(redirect(url_for("help_paying.guest_parts")))
    return page


def _caller() -> GuestCaller:
    return GuestCaller(address=request.remote_addr or "", keys=gateways().hash_keys)


def _sent(page: GuestPage, form: SignForm, words: str) -> bool:
    """Why it was not sent stands on the form."""
    try:
        send_guest(
            page.id,
            name=form.name.data or "",
            seen_hash=form.seen_hash.data or "",
            words=words,
            now=now(),
        )
    except CannotApply as refused:
        form.form_errors = [str(refused)]
        return False
    return True
