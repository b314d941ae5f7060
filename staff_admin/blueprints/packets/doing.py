"""Prepare a packet, sign it, and place its bill; what is refused stands on the page in words, with where to go."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.gate_words import lacks
from portal.queries.packet_page import PacketPage
from portal.queries.signed_packet import packets_on
from portal.services.place_bill import CannotPlace, PlacementAsked, place_bill
from portal.services.prepare_packet import PacketRefused, prepare_packet
from portal.services.sign_packet import sign_packet
from portal.web.access import current_staff, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.packets.forms import PlaceForm, PrepareForm, SignForm
from staff_admin.blueprints.packets.views import (
    bill_page,
    blueprint,
    show_bill,
    show_packet,
    whole_packet,
)

PLACED = "Placed. The agency reads it in its next file."


@blueprint.post("/bills/<int:visit_id>/prepare")
@staff("collections.work")
def prepare(visit_id: int) -> ResponseReturnValue:
    """Freeze it, where the gate says yes."""
    page, form = bill_page(visit_id), PrepareForm()
    if not form.validate_on_submit():
        return show_bill(page)
    ident, who, on = form.id_of_packet, current_staff(), practice_day()
    try:
        prepare_packet(staff=who, packet_id=ident, visit_id=visit_id, on=on, now=now())
    except PacketRefused as refused:
        return show_bill(page, refused=str(refused), rules=refused.rule_ids)
    flash("Prepared and frozen. Another person reads and signs it.", "done")
    return redirect(url_for(".packet", packet_id=ident))


@blueprint.post("/<uuid:packet_id>/sign")
@staff("collections.sign")
def sign(packet_id: UUID) -> ResponseReturnValue:
    """The second person's name."""
    page, form = whole_packet(packet_id), SignForm()
    shown, who, on = form.shown_hash.data or "", current_staff(), practice_day()
    try:
        sign_packet(staff=who, packet_id=packet_id, shown_hash=shown, on=on, now=now())
    except PacketRefused as refused:
        return show_packet(page, refused=str(refused), steps=lacks(refused.rule_ids))
    flash("Signed. The bill may be placed until the packet no longer counts.", "done")
    return redirect(url_for(".packet", packet_id=packet_id))


@blueprint.post("/<uuid:packet_id>/place")
@staff("placements.place")
def place(packet_id: UUID) -> ResponseReturnValue:
    """Give the bill to an agency."""
    page, form = whole_packet(packet_id), PlaceForm()
    form.agency.choices = list(page.agencies)
    if not form.validate_on_submit():
        return show_packet(page, place=form)
    try:
        placement_id = _place(page, form)
    except CannotPlace as refused:
        return show_packet(page, refused=str(refused), steps=lacks(refused.rule_ids))
    flash(PLACED, "done")
    return redirect(url_for("placements.placement", placement_id=placement_id))


def _place(page: PacketPage, form: PlaceForm) -> UUID:
    on = practice_day()
    asked = PlacementAsked(
        form_id=form.id_of_form,
        agency_id=form.agency.data,
        visit_id=page.visit_id,
        packet_id=page.head.id,
    )
    return place_bill(asked, staff=current_staff(), find_packet=packets_on(on), on=on, now=now())
