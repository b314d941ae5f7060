"""New words of a letter: written by one person, seen as a letter, approved by another (OPS-13, STMT-14)."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.letter_words import parts_of
from billing.notice_text import LANGUAGES
from billing.notices import NoticeKind
from portal.queries.notice_templates import preview, proposal, words_page
from portal.services.approve_words import approve_words, mark_translation_read
from portal.services.propose_words import propose_words
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.letters.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/settings/letters/<letter>/<language>")
@staff("settings.edit")
def words(letter: str, language: str) -> str:
    """Title and parts, each in a box."""
    kind = _kind(letter, language)
    saw(kind="letter_words", id=f"{letter}:{language}")
    page = words_page(kind, language, on=practice_day())
    parts = parts_of(page.words)
    return show("letters/words.html", page=page, parts=parts, letter=letter, language=language)


@blueprint.post("/settings/letters/<letter>/<language>")
@staff("settings.edit")
def propose(letter: str, language: str) -> ResponseReturnValue:
    """Keep them for a second person."""
    kind = _kind(letter, language)
    saw(kind="letter_words", id=f"{letter}:{language}")
    propose_words(
        kind=kind,
        language=language,
        version=request.form.get("version", 0, type=int),
        title=request.form.get("title", ""),
        texts=request.form.getlist("text"),
        staff=current_staff(),
        now=now(),
    )
    flash("Kept. Another person approves them before any letter says them.", "done")
    return redirect(url_for(".templates"))


@blueprint.get("/settings/letters/proposed/<int:template_id>.pdf")
@staff("settings.view")
def proposed(template_id: int) -> Response:
    """The proposed words on paper, with invented facts."""
    kind, language, said = found(proposal(template_id))
    saw(kind="letter_words", id=template_id)
    doors = gateways()
    data = preview(kind, language, on=practice_day(), public_url=doors.public_url, words=said)
    return Response(doors.printer.print("notice", data), mimetype="application/pdf")


@blueprint.post("/settings/letters/proposed/<int:template_id>/approve")
@staff("settings.edit")
def approve(template_id: int) -> ResponseReturnValue:
    """The second person says yes."""
    saw(kind="letter_words", id=template_id)
    approve_words(template_id=template_id, staff=current_staff(), now=now())
    flash("Letters say these words from now on.", "done")
    return redirect(url_for(".templates"))


@blueprint.post("/settings/letters/<letter>/read")
@staff("settings.edit")
def read(letter: str) -> ResponseReturnValue:
    """Somebody read the Spanish words beside the English ones."""
    kind, note = _kind(letter, "es"), request.form.get("note", "")
    saw(kind="letter_words", id=f"{letter}:es")
    mark_translation_read(kind=kind, note=note, staff=current_staff(), now=now())
    flash("Written down.", "done")
    return redirect(url_for(".templates"))


def _kind(letter: str, language: str) -> NoticeKind:
    if letter not in {one.value for one in NoticeKind} or language not in LANGUAGES:
        abort(404)
    return NoticeKind(letter)
