"""The letters that we wrote: a list, each letter, and the same as a PDF to keep."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from portal.queries.own_letters import OwnLetter, own_letter, own_letter_print, own_letters
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways

blueprint = Blueprint("letters", __name__)


@blueprint.get("/letters")
@patient
def letters() -> ResponseReturnValue:
    """Every letter, newest first."""
    viewer = current_patient()
    saw(accounts=sorted(viewer.account_ids), kind="letters")
    return render_template("letters/letters.html", letters=own_letters(viewer))


@blueprint.get("/letters/<int:notice_id>")
@patient
def letter(notice_id: int) -> ResponseReturnValue:
    """One letter, word for word as it was sent."""
    return render_template("letters/letter.html", letter=_letter(notice_id))


@blueprint.get("/letters/<int:notice_id>/letter.pdf")
@patient
def pdf(notice_id: int) -> ResponseReturnValue:
    """The same on paper."""
    found = _letter(notice_id, action="export")
    printed = gateways().printer.print("notice", own_letter_print(found))
    headers = {"Content-Disposition": f'attachment; filename="letter-{notice_id}.pdf"'}
    return Response(printed, mimetype="application/pdf", headers=headers)


def _letter(notice_id: int, *, action: str = "view") -> OwnLetter:
    found = own_letter(current_patient(), notice_id)
    if found is None:
        abort(404)
    saw(accounts=[found.account_id], kind="letter", id=notice_id, action=action)
    return found
