"""The lists of bills on their way to an agency, one bill with what stands in its way, and one packet whole."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from flask_wtf import FlaskForm

from billing.gate_words import Lack, lacks
from portal.queries.packet_lists import TABS, bills_to_prepare, packet_list
from portal.queries.packet_page import BillPage, PacketPage, packet_bill, packet_page, packet_print
from portal.web.access import saw, staff
from portal.web.base import gateways
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.packets.forms import PlaceForm, PrepareForm, SignForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("packets", __name__, url_prefix="/packets")


@blueprint.get("/")
@staff("collections.view")
def index() -> str:
    """What is to be prepared or signed, and what was."""
    wanted = request.args.get("show", "prepare")
    wanted, on = wanted if wanted in TABS else "prepare", practice_day()
    page = (
        bills_to_prepare(on=on, number=page_number())
        if wanted == "prepare"
        else packet_list(wanted, on=on, number=page_number())
    )
    saw(
        accounts={row.account_id for row in page.rows},
        patients={row.patient_id for row in page.rows},
        kind="collection_packets",
    )
    return show("packets/index.html", page=page, wanted=wanted, tabs=TABS)


@blueprint.get("/bills/<int:visit_id>")
@staff("collections.view")
def bill(visit_id: int) -> str:
    """What stands in its way now, and its packets."""
    return show_bill(bill_page(visit_id))


@blueprint.get("/<uuid:packet_id>")
@staff("collections.view")
def packet(packet_id: UUID) -> str:
    """Everything as it was frozen."""
    return show_packet(whole_packet(packet_id))


@blueprint.get("/<uuid:packet_id>/packet.pdf")
@staff("collections.view")
def pdf(packet_id: UUID) -> Response:
    """The same on paper."""
    page = whole_packet(packet_id, action="print")
    paper = gateways().printer.print("report", packet_print(page, current_practice()))
    headers = {"Content-Disposition": 'inline; filename="packet.pdf"'}
    return Response(paper, mimetype="application/pdf", headers=headers)


def bill_page(visit_id: int) -> BillPage:
    """The bill, told to the trail."""
    page = found(packet_bill(visit_id, on=practice_day()))
    saw(about=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    return page


def whole_packet(packet_id: UUID, *, action: str = "") -> PacketPage:
    """The packet, told to the trail."""
    page = found(packet_page(packet_id, on=practice_day()))
    saw(
        about=[page.account_id],
        patients=[page.patient_id],
        kind="collection_packet",
        id=packet_id,
        action=action,
    )
    return page


def show_bill(page: BillPage, *, refused: str = "", rules: tuple[str, ...] = ()) -> str:
    """The page of a bill, with why it was refused a moment ago."""
    form = PrepareForm(formdata=None)
    steps = page.missing or lacks(rules)
    return show("packets/bill.html", page=page, form=form, refused=refused, steps=steps)


def show_packet(
    page: PacketPage,
    *,
    place: FlaskForm | None = None,
    refused: str = "",
    steps: tuple[Lack, ...] = (),
) -> str:
    """The page of a packet with its forms."""
    sign = SignForm(formdata=None, shown_hash=page.content_hash)
    place = place or PlaceForm(formdata=None)
    place.agency.choices = list(page.agencies)
    return show(
        "packets/packet.html", page=page, sign=sign, place=place, refused=refused, steps=steps
    )
