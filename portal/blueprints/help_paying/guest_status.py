"""Where an application without a sign-in stands once it was sent: what is asked for goes the same way, and its letter (FA-9, FA-10)."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.help_paying.forms import ButtonForm, PaperForm
from portal.blueprints.help_paying.papers import NOTHING
from portal.blueprints.help_paying.views import blueprint, kept_letter, opened_here, sent_here
from portal.queries.assistance_standing import Standing, standing_of_tied
from portal.queries.guest_application import GuestPage
from portal.services.guest_papers import answer_as_guest, send_guest_paper
from portal.services.own_application import AlreadySent, CannotApply
from portal.web.access import applicant
from portal.web.base import gateways
from portal.web.clock import now
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


def show_status(page: GuestPage, form: PaperForm | None = None) -> str:
    """The page of one that was sent; `form`: a paper that was not taken, with why."""
    return render_template(
        "help_paying/guest_status.html",
        page=page,
        stands=_stands(page),
        form=form or PaperForm(formdata=None),
        button=ButtonForm(formdata=None),
    )


def kept_guest_paper(page: GuestPage, form: PaperForm) -> bool:
    """Why a paper was not taken stands at its field."""
    content = form.content
    if content is None:
        form.photo.errors = [NOTHING]
        return False
    try:
        send_guest_paper(
            page.id,
            kind=form.proof,
            content=content,
            desk=gateways(),
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except AlreadySent as refused:  # the page has no form any more
        flash(str(refused), "attention")
        abort(redirect(url_for("help_paying.guest_parts")))
    except CannotApply as refused:
        form.photo.errors = [str(refused)]
        return False
    return True


def _stands(page: GuestPage) -> Standing | None:
    return standing_of_tied(page.tied.application_id, on=practice_day()) if page.tied else None
