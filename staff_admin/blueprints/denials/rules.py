"""What appeals go by: each payer's limits with their history, and the letters."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.appeal_letter import EXAMPLE, FIELDS, UnknownField, fill
from portal.queries.appeal_letters import LetterPage, letter_list, letter_page
from portal.queries.payer_limits import PayerLimits, payer_limits
from portal.services.keep_appeal_letter import keep_appeal_letter
from portal.services.keep_payer_deadline import keep_payer_deadline
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.denials.forms import BASIS_WORDS, LetterForm, LimitForm
from staff_admin.blueprints.denials.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/payer/<int:payer_id>")
@staff("denials.view")
def payer(payer_id: int) -> str:
    """How long this payer may be asked, and since when that is so."""
    page = _payer(payer_id)
    form = LimitForm(prefix="limit", formdata=None, data={"since": practice_day()})
    return show("denials/payer.html", page=page, form=form, bases=BASIS_WORDS)


@blueprint.post("/payer/<int:payer_id>")
@staff("denials.templates")
def keep_limit(payer_id: int) -> ResponseReturnValue:
    """Enter a limit; the older row stays as its history."""
    page, form = _payer(payer_id), LimitForm(prefix="limit")
    if not form.validate_on_submit():
        return show("denials/payer.html", page=page, form=form, bases=BASIS_WORDS)
    keep_payer_deadline(payer_id=payer_id, limit=form.limit, staff=current_staff(), now=now())
    flash("Saved. Open denials of this payer count by it now.", "done")
    return redirect(url_for(".payer", payer_id=payer_id))


@blueprint.get("/letters")
@staff("denials.view")
def letters() -> str:
    """Every letter that an appeal may start from."""
    return show("denials/letters.html", letters=letter_list())


@blueprint.get("/letters/<key>")
@staff("denials.view")
def letter(key: str) -> str:
    """One letter with its versions."""
    page = _letter(key)
    data = {
        "title": page.letter.title,
        "body": page.letter.body,
        "version": str(page.letter.version),
    }
    return _shown(page, LetterForm(prefix="letter", formdata=None, data=data))


@blueprint.post("/letters/<key>")
@staff("denials.templates")
def keep_letter(key: str) -> ResponseReturnValue:
    """Save a new version; a field that we do not know is named and refused."""
    page, form = _letter(key), LetterForm(prefix="letter")
    only_read = "preview" in request.form
    if not form.validate_on_submit() or only_read or not _kept(key, form):
        return _shown(page, form)
    return redirect(url_for(".letter", key=key))


def _kept(key: str, form: LetterForm) -> bool:
    try:
        keep_appeal_letter(
            key=key,
            version=form.seen,
            title=form.title.data or "",
            body=form.body.data or "",
            staff=current_staff(),
            now=now(),
        )
    except UnknownField as refused:
        form.body.errors = [str(refused)]
        return False
    flash("Saved as a new version.", "done")
    return True


def _payer(payer_id: int) -> PayerLimits:
    saw(kind="payer_deadlines", id=payer_id)
    return found(payer_limits(payer_id, on=practice_day()))


def _letter(key: str) -> LetterPage:
    saw(kind="appeal_letter", id=key)
    return found(letter_page(key))


def _shown(page: LetterPage, form: LetterForm) -> str:
    """The letter as it would read, with invented values; a field that is none is named on the form."""
    example = ""
    try:
        example = fill(form.body.data or "", EXAMPLE)
    except UnknownField as refused:
        form.body.errors = [str(refused)]
    return show("denials/letter.html", page=page, form=form, fields=FIELDS, example=example)
