"""Signing a plan: exactly what was shown, once, within the policy; then the ledger tells how it stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing import entries
from billing.money import Money
from billing.plan_standing import Status
from billing.plans import Policy, Tier
from billing.state_pack import COLL_33
from billing.transitions import PlanState
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.assistance_decisions import AssistanceScreening
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.payments import PaymentAllocation
from portal.models.plans import PlanInstalment, PlanPolicy, PlanVersion
from portal.models.work import WorkItem
from portal.queries.payments import Review, pay_page, review
from portal.queries.plan_policy import as_json
from portal.queries.plan_scope import Why
from portal.queries.viewer import PatientViewer
from portal.services.plan_refusals import CannotSign, NeedsApproval
from portal.services.post_entry import post_entry
from portal.services.refusal import NotFound
from tests.sandbox_server import SandboxServer
from tests.services.ledger_book import Book, party_of
from tests.services.plan_world import plans, shown, sign, signed, standing, terms, versions
from tests.services.till import Till, open_till


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Till:
    return open_till(sandbox, now)


def test_a_signed_plan_says_what_is_next_and_payments_count(till: Till) -> None:
    plan_id = signed(till)
    stands = standing(plan_id, date(2026, 3, 2))
    assert (stands.state, stands.next_due, stands.next_amount) == (
        PlanState.ACTIVE,
        date(2026, 3, 15),
        Money(4560),
    )
    paid = till.paid(till.choose("own_amount", 4_560))
    till.look(paid.payment_id)
    assert till.payment(paid.payment_id).plan_id == plan_id
    stands = standing(plan_id, date(2026, 3, 2))
    assert [one.status for one in stands.instalments] == [Status.PAID, *[Status.DUE] * 3]
    assert (stands.remaining, stands.next_due) == (Money(13_680), date(2026, 4, 15))


def test_PLAN_8_a_plan_is_signed_without_any_saved_method(till: Till) -> None:
    [version] = versions(signed(till))
    assert version.method == "manual"
    assert "You do not have to keep a card" in str(version.agreement["terms"])


@pytest.mark.parametrize(("above", "screened"), [(Money(182_39), 1), (Money(182_40), 0)])
def test_FA_8_a_plan_of_much_has_our_books_asked_about_help_and_is_signed_all_the_same(
    till: Till, above: Money, screened: int
) -> None:
    _policy_of_twelve_months(assistance_first_above=above)
    signed(till)
    with read_only() as session:
        rows = session.scalars(select(AssistanceScreening)).all()
    assert [(row.why, row.guarantor_account_id) for row in rows] == [
        ("plan", till.account_id)
    ] * screened


def test_PLAN_2_five_instalments_need_the_box_that_was_shown_and_four_do_not(till: Till) -> None:
    _policy_of_twelve_months()
    five = shown(till, terms(5))
    assert five.drafted is not None
    with pytest.raises(CannotSign, match="did not show the cost"):
        sign(till, five, box_hash="")
    assert plans() == []
    [version] = versions(sign(till, five))
    box = version.agreement["box"]
    assert {row[0]: row[2] for row in box["figures"]} == {
        "Annual percentage rate": "0.00%",
        "Finance charge": "$0.00",
        "Amount financed": "$182.40",
        "Total of payments": "$182.40",
    }
    assert box["schedule"] == [["5", "$36.48", "Monthly, from March 15, 2026 to July 15, 2026"]]
    assert version.federal_box_hash == five.drafted.box_hash


def test_PLAN_2_the_database_itself_refuses_five_without_a_box(till: Till) -> None:
    plan_id = signed(till)
    [version] = versions(plan_id)
    assert version.federal_box_hash is None
    fields = {k: v for k, v in vars(version).items() if not k.startswith("_") and k != "id"}
    with pytest.raises(IntegrityError, match="federal_box_when_five"), transaction() as session:
        session.add(PlanVersion(**(fields | {"number": 2, "instalments": 5})))


def test_PLAN_12_outside_the_policy_nobody_signs_alone(till: Till) -> None:
    with pytest.raises(NeedsApproval):
        sign(till, shown(till, terms(5)))
    assert plans() == []


def test_COLL_33_stands_in_every_agreement_byte_for_byte(till: Till) -> None:
    [version] = versions(signed(till))
    assert version.agreement["required"] == [COLL_33]
    assert COLL_33.startswith("A holder of this medical debt contract is prohibited by Section")


def test_PLAN_4_no_agreement_speaks_of_arbitration_or_takes_a_right_away(till: Till) -> None:
    [version] = versions(signed(till))
    said = str(version.agreement).lower()
    for word in ("arbitrat", "waive", "jury", "late fee", "garnish", "confess"):
        assert word not in said


def test_PLAN_15_what_was_signed_never_changes(till: Till, owner_engine: Engine) -> None:
    signed(till)
    for statement in (
        "UPDATE plan_versions SET total_cents = 1",
        "DELETE FROM plan_instalments",
        "UPDATE plan_lines SET amount_cents = 1",
        "TRUNCATE plan_events",
    ):
        with pytest.raises(DBAPIError, match="append-only"), owner_engine.begin() as owner:
            owner.execute(text(statement))


def test_the_same_page_sent_twice_is_one_signature(till: Till) -> None:
    page = shown(till, terms(4))
    assert sign(till, page) == sign(till, page)
    assert len(versions(page.plan_id)) == 1


def test_two_tabs_that_sign_at_once_make_one_plan(till: Till) -> None:
    pages = [shown(till, terms(months)) for months in (3, 4)]

    def attempt(page: object) -> str:
        try:
            sign(till, page)  # type: ignore[arg-type]
        except CannotSign as refused:
            return str(refused)
        return "signed"

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(attempt, pages))
    assert said[1] == "signed"
    assert said[0].startswith("There is a plan for this account already.")
    assert len(plans()) == 1


def test_a_balance_that_changed_meanwhile_is_refused_with_the_new_figure(till: Till) -> None:
    page = shown(till, terms(4))
    paid = till.paid(till.choose("bill", visit=till.visit_ids[0]))
    till.look(paid.payment_id)
    with pytest.raises(CannotSign, match=r"It is \$132.40 now, and the page said \$182.40"):
        sign(till, page)
    assert plans() == []


def test_words_that_were_not_shown_are_not_signed(till: Till) -> None:
    page = shown(till, terms(4))
    with pytest.raises(CannotSign, match="The agreement changed"):
        sign(till, page, agreement_hash="0" * 64)
    for missing in ({"typed_name": " "}, {"ticked": False}):
        with pytest.raises(CannotSign, match="Type your name"):
            sign(till, page, **missing)
    assert plans() == []


def test_another_patients_account_is_not_found(till: Till) -> None:
    page = shown(till, terms(4))
    till.viewer = PatientViewer(till.viewer.login_id, frozenset({till.account_id + 1}))
    with pytest.raises(NotFound):
        sign(till, page)


def test_instalments_are_kept_with_the_down_payment_as_number_0(till: Till) -> None:
    signed(till, 3, down=2_000)
    with read_only() as session:
        rows = session.scalars(select(PlanInstalment).order_by(PlanInstalment.number)).all()
    assert [(row.number, row.amount.cents) for row in rows] == [
        (0, 2_000),
        (1, 5_414),
        (2, 5_413),
        (3, 5_413),
    ]


def test_PLAN_5_a_copy_goes_to_whoever_can_read_it_or_a_person_mails_it(till: Till) -> None:
    signed(till)
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "plan_paper"))
        assert "mail" in item.next_step
        assert session.scalars(select(OutboundMessage)).all() == []


def test_PLAN_15_a_new_bill_joins_only_by_a_new_signature(till: Till) -> None:
    plan_id = signed(till)
    _another_bill(till, 4_000)
    assert standing(plan_id, date(2026, 3, 3)).total == Money(18_240)
    wanted = terms(4, total=22_240)
    page = shown(till, wanted, plan_id=plan_id, why=Why.BILL_ADDED)
    assert sign(till, page, why=Why.BILL_ADDED) == plan_id
    first, second = versions(plan_id)
    assert (first.total, second.total, second.number) == (Money(18_240), Money(22_240), 2)
    stands = standing(plan_id, date(2026, 3, 3))
    assert (stands.total, stands.remaining, stands.next_amount) == (
        Money(22_240),
        Money(22_240),
        Money(5_560),
    )


def test_STMT_21_what_is_shown_before_a_plans_payment_is_what_it_settles(till: Till) -> None:
    signed(till)
    _another_bill(till, 4_000, on=date(2025, 12, 1))  # older than all of the plan, and outside it
    choice = till.choose("own_amount", 4_560)
    page = pay_page(till.viewer, on=till.now.date(), account_id=till.account_id)
    assert page is not None
    shown_before = review(page, choice)
    assert isinstance(shown_before, Review)
    paid = till.paid(choice)
    till.look(paid.payment_id)
    with read_only() as session:
        shares = session.scalars(
            select(PaymentAllocation).where(PaymentAllocation.payment_id == paid.payment_id)
        )
        settled = {share.charge_id: share.amount for share in shares}
    assert {one.words.charge_id: one.amount for one in shown_before.lines} == settled
    assert set(settled) <= page.plan_first


def _another_bill(till: Till, cents: int, on: date = date(2026, 2, 20)) -> None:
    with transaction() as session:
        book = Book(session, counter=50)
        account = session.get_one(GuarantorAccount, till.account_id)
        patient = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == account.id)
        ).first()
        assert patient is not None
        visit, [charge] = book.visit(patient, [cents], service_on=on, coverage_intent="self_pay")
        line = entries.Line(party_of(visit, charge), Money(cents))
        post_entry(
            session,
            entries.self_pay_charge(
                source_ref=f"test:{visit.id}", occurred_on=visit.service_on, lines=[line]
            ),
        )


def _policy_of_twelve_months(**more: Money) -> None:
    """The office offers twelve months, however little the balance."""

    with transaction() as session:
        login = Book(session).add(
            Login(face="staff", role="manager", email="m@example.com", fs_uniquifier="m")
        )
        policy = Policy(tiers=(Tier(None, 12, Money(10_00)),), **more)
        session.add(
            PlanPolicy(
                number=1,
                policy=as_json(policy, (1, 15)),
                reason="test",
                made_by_login_id=login.id,
                made_at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
