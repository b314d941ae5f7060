"""Where an application without a sign-in stands once it was sent: what is asked for goes the same way, and its letter (FA-9, FA-10)."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.help_paying.forms import AgainForm, ButtonForm, PaperForm
from portal.blueprints.help_paying.papers import kept_paper
from portal.blueprints.help_paying.views import (
    ASKED_AGAIN,
    blueprint,
    kept_letter,
    opened_here,
    sent_here,
)
from portal.queries.assistance_standing import Standing, standing_of_tied
from portal.queries.guest_application import GuestPage
from portal.services.appeal_own import appeal_as_guest
from portal.services.guest_papers import answer_as_guest, send_guest_paper
from portal.services.own_application import CannotApply
from portal.web.access import applicant
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day


@blueprint.post("/mine/send-paper")
@applicant
def guest_send_more() -> ResponseReturnValue:
    """A paper for one that the office has already."""
    page, form = sent_here(), PaperForm()
    if form.validate_on_submit() and kept_guest_paper(page, form):
        flash("We have your paper. Thank you.", "done")
        return redirect(url_for(".guest_parts"))
    return show_status(page, form)


@blueprint.post("/mine/answered")
@applicant
def guest_answered() -> ResponseReturnValue:
    """All that we asked for was sent."""
    try:
        answer_as_guest(sent_here().id, on=practice_day(), now=now())
        flash("Thank you. We look at it now.", "done")
    except CannotApply as refused:
        flash(str(refused), "attention")
    return redirect(url_for(".guest_parts"))


@blueprint.get("/mine/letter.pdf")
@applicant
def guest_letter() -> Response:
    """Our answer, as it was written, for whoever comes back by the code."""
    stands = _stands(opened_here())
    return kept_letter(stands.decision_id if stands else None, "letter")


@blueprint.post("/mine/appeal")
@applicant
def guest_appeal() -> ResponseReturnValue:
    """They do not agree: another person looks at it."""
    page, form = sent_here(), AgainForm()
    if page.tied is None:
        abort(404)
    if not form.validate_on_submit():
        return show_status(page, again=form)
    try:
        appeal_as_guest(page.id, words=form.words.data or "", on=practice_day(), now=now())
        flash(ASKED_AGAIN, "done")
    except CannotApply as refused:
        flash(str(refused), "attention")
    return redirect(url_for(".guest_parts"))


def show_status(
    page: GuestPage, form: PaperForm | None = None, *, again: AgainForm | None = None
) -> str:
    """The page of one that was sent; `form`: a paper that was not taken, with why; `again`: an appeal that was not."""
    return render_template(
        "help_paying/guest_status.html",
        page=page,
        stands=_stands(page),
        form=form or PaperForm(formdata=None),
        again=again or AgainForm(formdata=None),
        button=ButtonForm(formdata=None),
    )


def kept_guest_paper(page: GuestPage, form: PaperForm) -> bool:
    """The same as with a sign-in."""
    return kept_paper(form, partial(send_guest_paper, page.id), url_for("help_paying.guest_parts"))


def _stands(page: GuestPage) -> Standing | None:
    if page.tied is None:
        return None
    return standing_of_tied(page.tied.application_id, language=language(), on=practice_day())
