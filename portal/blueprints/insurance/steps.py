"""The steps of telling us of a plan: photo of each side, reading, card, whose, when."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.coverages import id_format
from billing.proxy_access import ProxyScope
from portal.blueprints.insurance.forms import CardForm, PhotoForm, WhenForm, WhoseForm
from portal.blueprints.insurance.views import blueprint, own_page
from portal.card_ports import UnusableImage
from portal.queries.card_words import refusal_words
from portal.queries.payer_list import find_payer, payer_names
from portal.queries.submission_page import SubmissionPage
from portal.services.keep_card_image import SIDES, TooManyTakes, keep_card_image
from portal.services.save_submission import save_submission
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

NOTHING = "Take a photo first, or choose a file."
TOO_MANY = "You have sent many pictures of this card. Please type what stands on it instead."
CARD = ("member_id", "group_number", "plan_name", "rx_bin", "rx_pcn", "rx_group")
WHOSE = ("relationship", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_on")
WHEN = ("sequence", "effective_on")


@blueprint.route("/insurance/<int:submission_id>/photo/<side>", methods=["GET", "POST"])
@patient(scope=ProxyScope.INSURANCE)
def photo(submission_id: int, side: str) -> ResponseReturnValue:
    """One side of the card; what is hard to read is said, and may be used anyway."""
    if side not in SIDES:
        abort(404)
    page, form = _open(submission_id), PhotoForm()
    if form.validate_on_submit() and _kept(form, submission_id, side):
        return redirect(_after_photo(submission_id, side))
    return render_template("insurance/photo.html", page=page, form=form, side=side)


@blueprint.get("/insurance/<int:submission_id>/reading")
@patient(scope=ProxyScope.INSURANCE)
def reading(submission_id: int) -> ResponseReturnValue:
    """Waits until the card is read, then goes on by itself; without JavaScript by asking again."""
    page = _open(submission_id)
    missing = next((side for side in SIDES if side not in page.pictures), "")
    if missing:
        return redirect(url_for(".photo", submission_id=submission_id, side=missing))
    if page.reading != "waiting":
        return redirect(url_for(".card", submission_id=submission_id))
    return render_template("insurance/reading.html", page=page)


@blueprint.route("/insurance/<int:submission_id>/card", methods=["GET", "POST"])
@patient(scope=ProxyScope.INSURANCE)
def card(submission_id: int) -> ResponseReturnValue:
    """What stands on the card, as it was read or as one types it."""
    page, form = _open(submission_id), CardForm()
    if not form.is_submitted():
        form.start(page)
    elif form.validate() and _save_card(form, submission_id):
        return redirect(url_for(".whose", submission_id=submission_id))
    return render_template("insurance/card.html", page=page, form=form, payers=payer_names())


@blueprint.route("/insurance/<int:submission_id>/whose", methods=["GET", "POST"])
@patient(scope=ProxyScope.INSURANCE)
def whose(submission_id: int) -> ResponseReturnValue:
    """The person who has the plan."""
    page, form = _open(submission_id), WhoseForm()
    if not form.is_submitted():
        form.start(page)
    elif form.validate() and form.check(practice_day()):
        _save(submission_id, {name: form[name].data for name in WHOSE})
        return redirect(url_for(".when", submission_id=submission_id))
    return render_template("insurance/whose.html", page=page, form=form)


@blueprint.route("/insurance/<int:submission_id>/when", methods=["GET", "POST"])
@patient(scope=ProxyScope.INSURANCE)
def when(submission_id: int) -> ResponseReturnValue:
    """Which plan pays first, and since when."""
    page, form = _open(submission_id), WhenForm()
    if not form.is_submitted():
        form.start(page)
    elif form.validate() and form.check(practice_day()):
        _save(submission_id, {name: form[name].data for name in WHEN})
        return redirect(url_for(".check", submission_id=submission_id))
    return render_template("insurance/when.html", page=page, form=form)


def _open(submission_id: int) -> SubmissionPage:
    """A submission that one may still change; others show what became of them."""
    page = own_page(submission_id)
    saw(kind="insurance_submission", id=submission_id)
    if not page.editable or page.ends:
        abort(redirect(url_for(".check", submission_id=submission_id)))
    return page


def _kept(form: PhotoForm, submission_id: int, side: str) -> bool:
    """Keep the picture; what is wrong with it stands on the form."""
    content = form.content
    if content is None:
        form.photo.errors = [NOTHING]
        return False
    doors = gateways()
    try:
        keep_card_image(
            viewer=current_patient(),
            submission_id=submission_id,
            side=side,
            content=content,
            images=doors.card_images,
            store=doors.documents,
            now=now(),
        )
    except UnusableImage as refused:
        form.photo.errors = [refusal_words(refused.fault)]
    except TooManyTakes:
        form.photo.errors = [TOO_MANY]
    return not form.photo.errors


def _after_photo(submission_id: int, side: str) -> str:
    """To the other side, or to the reading; a picture that is hard to read is shown first."""
    page = own_page(submission_id)
    if page.pictures[side].retake:
        return url_for(".photo", submission_id=submission_id, side=side)
    if not page.both_sides:
        other = next(one for one in SIDES if one not in page.pictures)
        return url_for(".photo", submission_id=submission_id, side=other)
    return url_for(".reading", submission_id=submission_id)


def _save_card(form: CardForm, submission_id: int) -> bool:
    """Check the number by the payer's format; a doubt that many cards share is only said."""
    typed, number = form.payer_text.data or "", form.member_id.data or ""
    payer = find_payer(typed)
    code = payer.filing_code if payer else ""
    wrong = id_format(number, filing_code=code, on=practice_day())
    if wrong is not None and wrong.must:
        form.member_id.errors = [wrong.words]
        return False
    if wrong is not None:
        flash(wrong.words, "info")
    answers: dict[str, object] = {name: form[name].data or "" for name in CARD}
    answers["payer_id"] = payer.id if payer else None
    answers["payer_text"] = payer.name if payer else typed
    _save(submission_id, answers)
    return True


def _save(submission_id: int, answers: dict[str, object]) -> None:
    save_submission(viewer=current_patient(), submission_id=submission_id, answers=answers)
