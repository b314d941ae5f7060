"""The demo's bills on their way to an agency come by the real services: one to sign, one placed and paid, one called home."""

from __future__ import annotations

from collections import Counter

import pytest

from billing.money import ZERO
from portal.queries.agency_pages import agency_list
from portal.queries.packet_lists import packet_list
from portal.queries.placement_files import placement_files
from portal.queries.report_agencies import agencies_report
from portal.services.freshen_reports import freshen_reports
from portal.services.run_day import run_day
from tests.services.placement_world import orders, states
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, after, noon, world
from tools.demo_collections import fill_collections

pytestmark = pytest.mark.usefixtures("database_url")
NOW = after(126)


def test_COLL_2_the_demo_shows_a_packet_to_sign_a_bill_placed_and_one_called_home(tmp_path) -> None:
    office = Office(tmp_path)
    world(lambda w: [w.owed(cents) for cents in (200_00, 150_00, 90_00)])
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    add_staff("collections")
    add_staff("manager")
    fill_collections(office, now=noon(NOW))
    assert [bool(line.lacks) for line in agency_list(on=NOW)] == [False, True]
    assert len(packet_list("to_sign", on=NOW, number=1).rows) == 1
    assert Counter(states()) == {"placed": 1, "recalled": 1}
    assert Counter(order for order, _ in orders()) == {"place": 2, "update": 1, "recall": 1}
    (file,) = placement_files(agency=0, number=1).rows
    assert file.handed_at is not None
    freshen_reports(now=noon(NOW))
    made = agencies_report(NOW)
    assert made.tie is not None
    assert made.tie.holds
    assert made.tie.ledger > ZERO, "the second payment waits with the agency"
    assert file.counts == (("Ask for this bill", 2),)
