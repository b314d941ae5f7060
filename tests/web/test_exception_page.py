"""An exception on its page: the payer's facts beside our claim, the likely claims, and what can be done (OPS-9, OPS-14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from billing.audit_rules import Restriction
from billing.ledger import Account
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.claims import Charge, Claim, Visit
from portal.models.posting import CodeEquivalence
from portal.models.work import WorkItem
from portal.services.post_remittance import post_remittance
from portal.services.restrict_account import restrict_account
from tests.services.payer_voice import Payer, bill, book, clp, svc, total, work
from tests.services.staff_world import add_staff
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def pays(staff_app: Flask) -> Callable[..., int]:
    """Post what the payer says, as the import does; the id of the item that it opened."""
    payer, store = Payer(), staff_app.extensions["kindbill"].documents

    def _pays(*claims, **fields) -> int:
        data = payer.data(*claims, **fields)
        post_remittance(data=data, name="t.edi", now=NOW, store=store)
        return work()[-1].id

    return _pays


def insured(*cents: int) -> tuple[Visit, Claim]:
    with book() as made:
        made.practice()
        visit, _, claim, _ = made.insured_visit(list(cents))
    return visit, claim


def read(client: PageClient, address: str) -> str:
    """The words of a page, fetched within the budget of statements."""
    client.get(address)
    with statements_sent() as sent:
        page = client.get(address)
    assert len(sent) <= 12, "\n".join(sent)
    assert len(page.source) < 40_000
    return page.text


def test_C_18_a_changed_code_stands_beside_ours_and_is_matched_line_by_line(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    visit, claim = insured(100_00, 50_00)
    said = svc("99214", 100, "CO-45 20, PR-1 50"), svc("85025", 50, "CO-45 10")
    item = pays(clp(visit.control_number, *said))
    client = as_staff("payment_poster")
    words = read(client, f"/queue/{item}?category=changed_code")
    for told in (
        "Changed code",
        "the payer says 99214 where we billed 99213; day and amount are the same",
        "Acme Health says: of $150.00 billed it paid $70.00",
        "We billed Acme Health $150.00; $150.00 is open",
        "Proposedcode: the payer says 99214, we billed 99213",
        "This is a discount your plan has set with us",
        "Same",
    ):
        assert told in words, told
    address = f"/queue/{item}/lines/{claim.id}"
    page = client.get(address)
    ticked = [box.get("value") for box in page.all("input") if box.get("checked") is not None]
    with read_only() as session:
        ours = session.scalars(select(Charge.id).order_by(Charge.line_number)).all()
    assert ticked == [str(one) for one in ours], "the proposal is ticked"
    form = {"lines-form_id": page.hidden("lines-form_id"), "lines-seen": page.hidden("lines-seen")}
    wrong = form | {"line-1": str(ours[1]), "line-2": str(ours[0]), "lines-note": "swapped"}
    assert "we billed $50.00" in client.post(address, wrong, expect=409).text
    right = form | {"line-1": str(ours[0]), "line-2": str(ours[1]), "lines-note": "by phone"}
    done = client.follow(client.post(address, right))
    assert "Matched line by line" in done.text
    assert f"matched it to claim {claim.patient_control_number}" in done.text
    assert bill(visit.id).plan_paid == Money(70_00)


def test_C_18_a_tick_keeps_the_code_for_this_payer_and_the_page_of_codes_ends_it(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    visit, claim = insured(100_00)
    client = as_staff("biller")
    assert "No code stands for one of ours" in client.get("/payers/codes").text
    item = pays(clp(visit.control_number, svc("99214", 100, "CO-45 20")))
    address = f"/queue/{item}/lines/{claim.id}"
    page = client.get(address)
    assert "From now on for this payer" in page.text
    with read_only() as session:
        [ours] = session.scalars(select(Charge.id))
    form = {name: page.hidden(name) for name in ("lines-form_id", "lines-seen")}
    form |= {"line-1": str(ours), "lines-note": "their new code", "lines-standing": "y"}
    assert "Matched line by line" in client.follow(client.post(address, form)).text
    with statements_sent() as sent:
        shown = client.get("/payers/codes")
    assert len(sent) <= 12, "\n".join(sent)
    assert "their new code" in shown.text
    assert "Stands" in shown.text
    with read_only() as session:
        [kept] = session.scalars(select(CodeEquivalence.id))
    end = f"/payers/codes/{kept}/end"
    assert "Say why it ends." in client.follow(client.post(end, {"reason": ""})).text
    done = client.follow(client.post(end, {"reason": "only that year"}))
    assert "Ended. The next remittance" in done.text
    assert "only that year" in done.text
    client.post(end, {"reason": "twice"}, expect=409)
    client.post("/payers/codes/999/end", {"reason": "none"}, expect=404)


def test_an_unmatched_claim_shows_the_likely_ones_with_their_score(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    _, claim = insured(100_00)
    item = pays(clp("WRONG", svc("99213", 100, "CO-45 20")))
    client = as_staff("biller")
    words = read(client, f"/queue/{item}")
    assert f"{claim.patient_control_number}account" in words.replace(" ", "")
    assert "same day, amount and payer; number differs" in words
    assert "None of ours is likely enough" in words
    as_staff("front_desk").get(f"/queue/{item}", expect=403)


def test_money_is_split_on_its_page_and_the_rest_needs_a_day(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    visit, claim = insured(100_00)
    item = pays(clp("ALL", svc("99213", 100, "CO-45 20")))
    client = as_staff("payment_poster")
    address = f"/queue/{item}/split"
    assert "$80.00 waits in suspense" in read(client, address)
    form = {f"split-part_{claim.id}": "30", "split-note": "their letter"}
    refused = client.post(address, form, expect=409)
    assert "$50.00 is left over" in refused.text
    unknown = form | {"split-number": "NOBODY", "split-amount": "50"}
    assert "No claim here has this number" in client.post(address, unknown).text
    done = client.follow(client.post(address, form | {"split-follow_up_on": "3/16/2026"}))
    assert "$50.00 stays in suspense" in done.text
    assert total(Account.PAYER_SUSPENSE) == -50_00
    assert bill(visit.id).plan_paid == Money(30_00)
    undone = client.post(f"/queue/{item}/take-back", {"back-note": "the wrong visit"})
    assert "$80.00 waits in suspense" in client.follow(undone).text
    assert bill(visit.id).plan_paid == Money(0)


def test_a_denial_by_hand_ends_the_exception_and_begins_its_work(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    visit, _ = insured(100_00)
    said = clp(visit.control_number, svc("99213", 100, "CO-50 100"), status_code="4")
    item = pays(said._replace(billed_cents=101_00))
    client = as_staff("biller")
    assert "Enter why." in client.post(f"/queue/{item}/deny", {}).text
    done = client.follow(client.post(f"/queue/{item}/deny", {"deny-note": "not covered"}))
    assert "It is a denial now" in done.text
    assert [one.kind for one in work()] == ["denial"]


def test_a_held_remittance_shows_its_equations_goes_back_and_is_dismissed_after_the_resend(
    as_staff: AsStaff, pays: Callable[..., int], staff_app: Flask
) -> None:
    visit, _ = insured(100_00)
    first = svc("99213", 100, "CO-45 20")
    said = clp(visit.control_number, first._replace(paid_cents=70_00))
    item = pays(said, paid_cents=75_00, trace="SAME1")
    client = as_staff("payment_poster")
    words = read(client, f"/queue/{item}")
    for told in (
        "The remittance says it pays (BPR02)$75.00",
        "sum to (CLP04)$70.00",
        "$75.00 is not $70.00 less $0.00",
        "$10.00",
        "No corrected remittance of this number is posted yet",
    ):
        assert told.replace(" ", "") in words.replace(" ", ""), told
    close = {"close-outcome": "resent", "close-note": "it came again"}
    assert "No posted remittance" in client.post(f"/queue/{item}/close", close, expect=409).text
    ask = {"ask-way": "phone", "ask-what": "It is off by $5.00", "ask-follow_up_on": "3/16/2026"}
    letter = client.follow(client.post(f"/queue/{item}/send-back", ask))
    for told in (
        "What to say on the phone",
        "SAME1",
        "It is off by $5.00",
        "We ask again on March 16, 2026",
    ):
        assert told in letter.text, told
    assert "With the payer" in client.get("/queue/?whose=payer").text
    whole = clp(visit.control_number, first)
    data = Payer().data(whole, trace="SAME1")
    post_remittance(
        data=data, name="t2.edi", now=NOW, store=staff_app.extensions["kindbill"].documents
    )
    assert "Closed." in client.follow(client.post(f"/queue/{item}/close", close)).text


def test_whoever_comes_second_reads_what_the_first_one_did(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    insured(100_00)
    item = pays(clp("WRONG", svc("99213", 100, "CO-45 20")))
    first, second = as_staff("biller"), as_staff("manager")
    pages = [one.get(f"/queue/{item}") for one in (first, second)]
    forms = [
        {
            "suspense-form_id": page.hidden("suspense-form_id"),
            "suspense-seen": page.hidden("suspense-seen"),
            "suspense-reason": "asked_payer",
            "suspense-follow_up_on": "3/16/2026",
        }
        for page in pages
    ]
    first.post(f"/queue/{item}/suspense", forms[0])
    told = second.post(f"/queue/{item}/suspense", forms[1], expect=409).text
    assert "left the money in suspense until 03/16/2026" in told
    assert "Nothing of yours was changed" in told


def test_the_queue_is_sorted_by_category_with_counts_and_dollars(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    insured(100_00)
    changed = pays(clp("CLM4", svc("99214", 100, "CO-45 20")))
    with transaction() as session:
        session.get_one(WorkItem, changed).category = "changed_code"
    lost = pays(clp("WRONG", svc("99213", 100, "CO-45 60")))
    client = as_staff("biller")
    words = read(client, "/queue/?category=unmatched")
    assert "Changed code 1 $80.00" in words
    assert "Claim not found 1 $40.00" in words
    assert "Match it to the likeliest claim" in words
    links = client.get("/queue/?category=unmatched").links()
    assert any(link.endswith(f"/queue/{lost}?category=unmatched") for link in links)
    assert not any(f"/queue/{changed}?" in link for link in links)


def test_the_same_fix_is_offered_previewed_and_done_with_one_press(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    with book() as made:
        made.practice()
    first, second = (pays(clp(number, svc("99213", 100, "CO-45 20"))) for number in "AB")
    client = as_staff("biller")
    assert "Do the same" not in client.get(f"/queue/{first}").text
    form = {"suspense-reason": "asked_payer", "suspense-follow_up_on": "3/16/2026"}
    done = client.follow(client.post(f"/queue/{first}/suspense", form))
    assert "Do the same to 1 more item" in done.text
    address = f"/queue/{first}/same"
    assert "$80.00 stays in suspense; look again on 03/16/2026" in read(client, address)
    page = client.get(address)
    press = {"same-form_id": page.hidden("same-form_id"), "same-seen": page.hidden("same-seen")}
    result = client.post(address, press | {"item": str(second)})
    assert "Done" in result.text
    with read_only() as session:
        assert session.get_one(WorkItem, second).suspense_reason == "asked_payer"


def test_HIPAA_3_one_restricted_claim_among_likely_ones_opens_for_nobody_without_a_reason(
    as_staff: AsStaff, pays: Callable[..., int]
) -> None:
    with book() as made:
        made.practice()
        *_, first, payer = made.insured_visit([100_00])
        claims = [first]
        for _ in range(2):
            patient = made.patient(made.account())
            coverage = made.coverage(patient, payer)
            claims.append(
                made.claim(*made.visit(patient, [100_00]), payer, coverage_id=coverage.id)
            )
    item = pays(clp("WRONG", svc("99213", 100, "CO-45 20")))
    with read_only() as session:
        visits = [session.get_one(Visit, claim.visit_id) for claim in claims]
    assert len({visit.guarantor_account_id for visit in visits}) == 3
    restrict_account(
        staff=add_staff("manager", "boss@example.com"),
        account_id=visits[0].guarantor_account_id,
        kind=Restriction.VIP,
        staff_login_id=None,
        reason="Mayor of the town",
        now=NOW,
    )
    client = as_staff("biller")
    client.get(f"/queue/{item}/lines/{claims[1].id}")
    page = client.get(f"/queue/{item}/lines/{claims[0].id}", expect=403)
    assert page.h1 == "This account is restricted"
