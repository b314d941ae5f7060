"""The tablets at the desk: paired by a code, named, and taken away again; and the QR code that opens one's own phone."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.kiosks import kiosk_list
from portal.queries.visit_task_list import task_places
from portal.services.pair_kiosk import new_kiosk, revoke_kiosk
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.qr import qr_svg
from staff_admin.blueprints.front_desk.forms import KioskForm
from staff_admin.blueprints.front_desk.views import blueprint
from staff_admin.blueprints.show import show


@blueprint.route("/tablets", methods=["GET", "POST"])
@staff("desk.work")
def kiosks() -> ResponseReturnValue:
    """Every tablet; a new one gets a code that is shown once."""
    saw(kind="kiosk")
    form, code = KioskForm().offer(task_places()), ""
    if form.validate_on_submit():
        code = new_kiosk(
            location_id=form.location.data,
            name=form.name.data or "",
            staff=current_staff(),
            keys=gateways().hash_keys,
            now=now(),
        )
    address = f"{gateways().public_url}/kiosk"
    return show("front_desk/kiosks.html", rows=kiosk_list(), form=form, code=code, address=address)


@blueprint.post("/tablets/<int:kiosk_id>/revoke")
@staff("desk.work")
def revoke(kiosk_id: int) -> ResponseReturnValue:
    """From now on it opens nothing."""
    saw(kind="kiosk", id=kiosk_id)
    revoke_kiosk(kiosk_id=kiosk_id, staff=current_staff(), now=now())
    flash("It opens nothing any more.", "done")
    return redirect(url_for(".kiosks"))


@blueprint.get("/check-in-code.svg")
@staff("desk.view")
def qr() -> ResponseReturnValue:
    """To print and to put on the desk: it holds only the address where everybody begins."""
    picture = qr_svg(f"{gateways().public_url}/check-in")
    return Response(picture, mimetype="image/svg+xml")
