"""The office's pages of agencies: written down, what is lacking in words, approved by another, changed (COLL-11)."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]
CONTRACT = {
    "name": "Testa Recovery",
    "contract_ref": "C-1",
    "baa_ref": "B-1",
    "begins_on": "1/1/2026",
    "licensed_in": "ny, nj",
    "dispute_address": "9 Sample Way\nExampleton, NY 10001",
    "phone": "(212) 555-0109",
}
TERMS = (
    "no_eca",
    "suspends_for_assistance",
    "adjusts_to_decision",
    "same_duty_onward",
    "returns_on_recall",
    "no_credit_report",
)


def test_COLL_11_from_the_first_word_to_the_approval_and_a_change_that_takes_it_away(
    as_staff: As,
) -> None:
    clerk = as_staff("collections")
    assert "No agency yet" in clerk.get("/agencies/").text
    clerk.get("/agencies/new")
    page = clerk.post("/agencies/new", {**CONTRACT, "name": ""}, expect=200)
    assert "Enter the agency’s name." in page.text
    at = clerk.post("/agencies/new", {**CONTRACT, "no_eca": "y"}).location
    page = clerk.get(at)
    assert "reports nobody to a credit bureau" in page.text
    assert "the approval of its contract by a second person" in page.text
    manager = as_staff("manager")
    assert "It can be approved when it lacks nothing else" in manager.get(at).text
    terms = dict.fromkeys(TERMS, "y")
    form = clerk.get(f"{at}/change")
    said = {**CONTRACT, **terms, "reason": "Read again", "upon": form.hidden("upon")}
    clerk.follow(clerk.post(f"{at}/change", said))
    with statements_sent() as sent:
        page = manager.get(at)
    assert len(sent) <= 12, sent
    page = manager.follow(manager.post(f"{at}/approve", {"upon": page.hidden("upon")}))
    assert "Bills may go there." in page.text
    form = clerk.get(f"{at}/change")
    assert "the approval is gone" in form.text
    stale = {**said, "licensed_in": "NY", "upon": "1"}
    page = clerk.post(f"{at}/change", stale, expect=200)
    assert "Somebody changed this agency before you" in page.text
    said |= {"licensed_in": "NY", "upon": form.hidden("upon")}
    page = clerk.follow(clerk.post(f"{at}/change", said))
    assert "Nothing may be placed there" in page.text
    assert "Licences: NJ, NY → NY" in page.text
    assert "Waits for approval" in clerk.get("/agencies/").text
