"""A teenager's visit kept from the family: gone from everything they see, to the cent on an own account (HIPAA-9)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.payments import PracticeReceipt
from portal.models.proxies import ProxyGrant
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.bill import bill_page
from portal.queries.ledger_proof import prove
from portal.queries.overview import overview
from portal.queries.reach import NO_MAIL
from portal.queries.viewer import PatientViewer, acting_patient_viewer
from portal.services.grant_minor_proxy import Checked, grant_minor_proxy
from portal.services.invite_proxy import ProxyRefused
from portal.services.keep_confidential import NotKept, keep_confidential
from portal.services.move_visits import Move, move_visits
from tests.services.proxy_world import HELPER, NOW, URL, add_grant
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, cut, deliver, later, statements, world
from tests.web.people import make_login

pytestmark = pytest.mark.usefixtures("database_url")
TEEN = date(2010, 5, 4)
REASON = "Teena asked at the desk on March 2"


def family(born: date = TEEN) -> tuple[int, int, int]:
    """A named parent's account with the teenager's two decided visits: the account, an open one, a private one."""

    def build(book):
        account = book.account(first_name="Parent", last_name="Sample", birth_on=date(1980, 4, 5))
        first = book.bill(account=account, first_name="Teena", last_name="Sample", birth_on=born)
        book.decide(first, paid=8000, discount=12000, share={"1": 5000})
        patient = book.session.get_one(Patient, first[0].patient_id)
        second = book.more(patient, first[3], service_on=date(2026, 1, 20))
        book.decide(second, paid=9000, discount=12000, share={"1": 4000}, number="777")
        return account.id, first[0].id, second[0].id

    return world(build)


def keep(account_id: int, visit_id: int) -> int:
    staff = add_staff("front_desk", f"desk{visit_id}{account_id}@example.com")
    return keep_confidential(
        account_id=account_id, visit_id=visit_id, reason=REASON, staff=staff, now=NOW
    )


def due(account_id: int) -> Money:
    with read_only() as session:
        [found] = balances(session, on=DAY, account_ids=[account_id])
    return found.due_now


def parent_of(account_id: int) -> int:
    return make_login("patient", email="parent@example.com", accounts=[account_id])


def test_HIPAA_9_a_confidential_visit_is_absent_from_portal_total_pdf_and_texts(
    tmp_path: Path,
) -> None:
    """rules.md, section 12, number 14: the parent's list, total, statement and notice know nothing of it."""
    account_id, open_visit, private = family()
    with read_only() as session:
        teen = session.scalars(select(Patient)).one()
    parent = parent_of(account_id)
    helper = make_login("patient", email=HELPER)
    grant_id = add_grant(
        teen, by=parent, proxy=helper, of_minor=True, ends_on=date(2028, 5, 4), scopes=["full"]
    )
    assert due(account_id) == Money(9000)
    with read_only() as session:
        before = prove(session).faults
    own_id = keep(account_id, private)
    assert (due(account_id), due(own_id)) == (Money(5000), Money(4000))
    acting = acting_patient_viewer(helper, grant_id, now=NOW)
    assert acting is not None
    assert acting.account_ids == {account_id}
    page = overview(acting, on=DAY)
    assert page.owed == Money(5000)
    assert {bill.visit_id for bill in page.bills} == {open_visit}
    assert bill_page(acting, private, on=DAY) is None
    assert bill_page(acting, open_visit, on=DAY) is not None
    cut()
    deliver(tmp_path)
    [sent] = statements()
    assert (sent.guarantor_account_id, sent.amount_due) == (account_id, Money(5000))
    assert "777" not in str(sent.content)
    with read_only() as session:
        [waiting] = session.scalars(select(WorkItem).where(WorkItem.kind == "held_statement"))
        assert waiting.guarantor_account_id == own_id
        own = session.get_one(GuarantorAccount, own_id)
        after = prove(session).faults
    assert waiting.reasons == [NO_MAIL]
    assert (own.first_name, own.named, own.street, own.mobile, own.email) == (
        "Teena",
        True,
        "",
        "",
        "",
    )
    assert after == before


def test_a_second_visit_goes_to_the_same_own_account() -> None:
    account_id, first, second = family()
    assert keep(account_id, first) == keep(account_id, second)


def test_what_a_desk_took_for_it_goes_along() -> None:
    account_id, _, private = family()
    with transaction() as session:
        visit = session.get_one(Visit, private)
        session.add(
            PracticeReceipt(
                receipt_id="R1",
                patient_id=visit.patient_id,
                visit_id=private,
                received_on=date(2026, 1, 20),
                method="cash",
                kind="copay",
                amount=Money(1500),
            )
        )
    own_id = keep(account_id, private)
    assert overview(PatientViewer(1, frozenset({account_id})), on=DAY).payments == ()
    assert len(overview(PatientViewer(1, frozenset({own_id})), on=DAY).payments) == 1


def test_what_holds_for_the_patient_holds_for_the_visit_too() -> None:
    account_id, _, private = family()
    with transaction() as session:
        visit = session.get_one(Visit, private)
        session.add(
            AccountCondition(
                guarantor_account_id=account_id,
                patient_id=visit.patient_id,
                kind="attorney",
                since=NOW,
                source="test",
            )
        )
    own_id = keep(account_id, private)
    with read_only() as session:
        [found] = balances(session, on=DAY, account_ids=[own_id])
    assert "attorney" in {kind.value for kind in found.visits[0].conditions}


def test_a_patient_who_moves_leaves_the_confidential_visit_where_it_is() -> None:
    account_id, open_visit, private = family()
    own_id = keep(account_id, private)

    def go(book):
        other = book.account(first_name="Other")
        patient = book.session.scalars(select(Patient)).first()
        move_visits(book.session, [Move(patient, other.id)], source="test", on=DAY)
        return other.id

    new_id = later(go)
    with read_only() as session:
        assert session.get_one(Visit, private).guarantor_account_id == own_id
        assert session.get_one(Visit, open_visit).guarantor_account_id == new_id
    assert (due(own_id), due(new_id), due(account_id)) == (Money(4000), Money(5000), Money(0))


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2008, 3, 2), "18 or older"),
        (date(2014, 1, 21), "not yet 12"),
    ],
)
def test_HIPAA_9_only_from_12_to_17(born: date, words: str) -> None:
    account_id, _, private = family(born)
    with pytest.raises(NotKept, match=words):
        keep(account_id, private)


@pytest.mark.parametrize("born", [date(2008, 3, 3), date(2014, 1, 20)])
def test_HIPAA_9_the_first_and_the_last_day(born: date) -> None:
    account_id, _, private = family(born)
    assert keep(account_id, private) != account_id


def test_what_the_family_was_told_cannot_be_hidden(tmp_path: Path) -> None:
    account_id, _, private = family()
    cut()
    deliver(tmp_path)
    with pytest.raises(NotKept, match="A statement has told the family"):
        keep(account_id, private)


def test_the_trail_names_the_own_account_alone() -> None:
    account_id, _, private = family()
    own_id = keep(account_id, private)
    with read_only() as session:
        row = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "keep_confidential")
        ).one()
    assert (row.account_ids, row.reason) == ([own_id], REASON)


def grant(account_id: int, patient_id: int) -> int:
    return grant_minor_proxy(
        account_id=account_id,
        patient_id=patient_id,
        checked=Checked(
            email=HELPER,
            relationship="parent",
            scopes=("pay",),
            seen="Photo ID and birth certificate",
        ),
        staff=add_staff("front_desk"),
        public_url=URL,
        now=NOW,
    )


def test_HIPAA_9_a_parents_access_runs_to_the_18th_birthday() -> None:
    account_id, _, _ = family()
    with read_only() as session:
        teen = session.scalars(select(Patient)).one()
    grant_id = grant(account_id, teen.id)
    with read_only() as session:
        row = session.get_one(ProxyGrant, grant_id)
    assert (row.ends_on, row.of_minor) == (date(2028, 5, 4), True)
    assert row.checked == "Photo ID and birth certificate"


def test_HIPAA_9_no_parent_gets_into_a_confidential_or_shared_account() -> None:
    account_id, _, _ = family()
    with transaction() as session:
        teen = session.scalars(select(Patient)).one()
        teen.confidential = True
        teen_id = teen.id
    with pytest.raises(ProxyRefused, match="nobody else sees"):
        grant(account_id, teen_id)
