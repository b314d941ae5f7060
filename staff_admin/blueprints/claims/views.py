"""Import an 837P. It needs no preview: a claim is taken whole or refused with its reason, and twice is once."""

from __future__ import annotations

from flask import Blueprint

from portal.services.import_claims import import_claims
from portal.web.access import saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.claims.forms import ClaimsFileForm
from staff_admin.blueprints.show import show

blueprint = Blueprint("claims", __name__, url_prefix="/claims")


@blueprint.route("/upload", methods=["GET", "POST"])
@staff("claims.import")
def upload() -> str:
    """Take the claims in and say what was taken and what was not."""
    form, result = ClaimsFileForm(), None
    if form.validate_on_submit():
        result = import_claims(
            data=form.content, name=form.filename, now=now(), store=gateways().documents
        )
        saw(kind="claims_file", id=result.file, action="create")
    return show("claims/upload.html", form=form, result=result)
