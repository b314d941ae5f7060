"""The practice's own files in: each row once, accepted or refused with its reason."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from billing import entries
from billing.holds import Condition
from billing.ledger import Account, Party, transfer
from billing.money import ZERO, Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient, RecordVersion
from portal.models.claims import Charge, Claim, Visit
from portal.models.files import File
from portal.models.identity import AccountAccess, Login
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import PracticeReceipt
from portal.models.practice import Practice
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.services.apply_credit import apply_credit
from portal.services.export_payments import export_payments
from portal.services.import_claims import import_claims
from portal.services.import_practice import UnknownKindError, import_practice
from portal.services.post_entry import post_entry
from portal.services.set_practice import set_practice

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CLAIMS = (FIXTURES / "x12" / "claims.837").read_bytes()
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
SETTINGS = """
name = "Example Family Practice"
legal_name = "Example Family Practice PLLC"
npi = "1999999984"
tax_id = "999999999"
street = "1 Sample Way"
city = "Exampleton"
state = "NY"
postal_code = "10001"
phone = "(212) 555-0100"
phone_hours = "Monday to Friday, 9 to 5"
email = "billing@example.com"
assistance_phone = "(212) 555-0101"
assistance_url = "https://example.com/help"
"""


PROOF = ("sms_consent_date", "sms_consent_source", "sms_consent_text_version")


class Shelf:
    """A document store that forgets."""

    def put(self, content):
        return "key"

    def get(self, key):
        raise KeyError(key)


@pytest.fixture(autouse=True)
def _practice(database_url):
    set_practice(toml=SETTINGS)


def sample(kind):
    return (FIXTURES / "practice" / f"{kind}.csv").read_bytes()


def take(kind, data=None, **options):
    data = sample(kind) if data is None else data
    if isinstance(data, str):
        data = data.encode()
    return import_practice(kind=kind, data=data, name=f"{kind}.csv", now=NOW, **options)


def take_claims():
    return import_claims(data=CLAIMS, name="day.837", now=NOW, store=Shelf())


def rows(model, **where):
    with db.transaction() as session:
        return list(session.scalars(select(model).filter_by(**where).order_by(model.id)))


def only(model, **where):
    (row,) = rows(model, **where)
    return row


def patient(practice_id):
    return only(Patient, practice_patient_id=practice_id)


def account_of(practice_id):
    return only(GuarantorAccount, id=patient(practice_id).guarantor_account_id)


def balance(code, **where):
    """Debits less credits of one ledger account."""
    with db.transaction() as session:
        found = session.execute(
            select(PostingRow.side, func.sum(PostingRow.amount))
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(LedgerAccount.code == code)
            .where(*(getattr(PostingRow, key) == value for key, value in where.items()))
            .group_by(PostingRow.side)
        ).all()
    sums = dict(found)
    return sums.get("debit", ZERO) - sums.get("credit", ZERO)


def everything():
    tables = [
        "guarantor_accounts",
        "patients",
        "providers",
        "visits",
        "charges",
        "claims",
        "record_versions",
        "work_items",
        "account_conditions",
        "practice_receipts",
        "journal_entries",
        "postings",
        "practices",
    ]
    with db.transaction() as session:
        return {t: session.execute(text(f"SELECT * FROM {t} ORDER BY 1")).all() for t in tables}


def reasons(result):
    return [(record.position, record.id, record.reason) for record in result.refused]


def contacts(**cells):
    """A contacts file of one row."""
    row = {
        "practice_patient_id": "P-9",
        "last_name": "Sample",
        "first_name": "Newa",
        "birth_date": "1985-01-01",
        **cells,
    }
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


@pytest.mark.parametrize("order", [("contacts", "claims"), ("claims", "contacts")])
def test_contacts_name_guarantors_and_share_accounts_with_young_children_only(order):
    for step in order:
        take_claims() if step == "claims" else take("contacts")
    testa, mini, teena, selfa = (account_of(f"P-{n}") for n in (1, 2, 3, 4))
    assert mini.id == testa.id
    assert len({testa.id, teena.id, selfa.id}) == 3
    assert testa.display_name.casefold() in {"testa sample", "testa q sample"}
    assert (testa.relationship, testa.mobile, testa.email) == (
        "self",
        "+12125550123",
        "testa@example.com",
    )
    assert (testa.sms_billing_consent, testa.sms_consent_on, testa.estatement_consent) == (
        True,
        date(2026, 1, 5),
        True,
    )
    # STMT-13: from 12 on a child has an account of their own, which the guarantor answers for.
    assert (teena.named, teena.display_name, teena.relationship) == (True, "Testa Sample", "mother")
    assert (selfa.language, selfa.paper_only, selfa.sms_billing_consent) == ("es", True, False)
    assert only(Visit, control_number="V1002").guarantor_account_id == testa.id
    with db.transaction() as session:
        [found] = balances(session, on=NOW.date(), account_ids=[testa.id])
        owners = set(
            session.scalars(select(PostingRow.guarantor_account_id).where(PostingRow.visit_id == 2))
        )
    assert len(found.visits) == 2
    assert all(visit.identity_holds for visit in found.visits)
    assert balance("insurance_receivable", guarantor_account_id=testa.id) == Money(43050)
    assert testa.id in owners


def test_the_same_contacts_twice_change_nothing():
    take_claims()
    first = take("contacts")
    assert (first.accepted, first.refused) == (4, ())
    before = everything()
    assert take("contacts").accepted == 4
    assert everything() == before
    assert take("contacts", sample("contacts") + b"\n").accepted == 4
    assert everything() == before


def test_a_dry_run_writes_nothing():
    take_claims()
    before = everything()
    for kind in ("contacts", "receipts", "charges", "opening"):
        result = take(kind, dry_run=True)
        assert result.accepted + len(result.refused) >= 2
    assert everything() == before
    assert [file.kind for file in rows(File)] == ["837p"]


def test_without_a_guarantor_a_minor_waits_for_a_person():
    take("contacts", contacts(birth_date="2018-01-01"))
    assert not account_of("P-9").named
    take(
        "contacts",
        contacts(
            birth_date="2018-01-01",
            guarantor_last_name="Sample",
            guarantor_first_name="Olda",
            guarantor_birth_date="1981-01-01",
            guarantor_relationship="mother",
            street="1 Pretend St",
            city="Sampletown",
            state="NY",
            postal_code="10001",
        ),
    )
    account = account_of("P-9")
    assert (account.named, account.display_name, account.street) == (
        True,
        "Olda Sample",
        "1 Pretend St",
    )
    kept = only(RecordVersion, record="guarantor_accounts").before
    assert kept["last_name"] == "Parent or guardian of Newa Sample"
    assert kept["named"] is False


def test_brothers_and_sisters_share_the_account_of_a_parent_who_is_no_patient():
    parent = "Sample,Olda,1981-01-01,mother"
    data = (
        "practice_patient_id,last_name,first_name,birth_date,guarantor_last_name,"
        "guarantor_first_name,guarantor_birth_date,guarantor_relationship\n"
        f"K-1,Sample,Ona,2019-01-01,{parent}\nK-2,Sample,Twoa,2020-01-01,{parent}\n"
        f"K-3,Sample,Teen,2010-01-01,{parent}\n"
    )
    take("contacts", data)
    assert account_of("K-1").id == account_of("K-2").id != account_of("K-3").id
    take("contacts", data.replace("K-1", "K-4").replace("Ona", "Foura"))
    assert account_of("K-4").id == account_of("K-1").id
    assert len(rows(GuarantorAccount)) == 2  # no empty account is left behind


def test_STMT_13_a_confidential_patient_leaves_the_shared_account():
    take_claims()
    take("contacts")
    shared = account_of("P-1").id
    row = (
        sample("contacts")
        .decode()
        .replace("NY,10001,,,,,,,,,,,,,,,,,,\nP-3", "NY,10001,,,,,,,,,,,yes,,,,,,,\nP-3")
    )
    assert take("contacts", row).refused == ()
    mini = patient("P-2")
    assert mini.confidential
    assert mini.guarantor_account_id != shared
    assert not account_of("P-2").named  # nobody reads it until a person says who may
    assert only(Visit, control_number="V1002").guarantor_account_id == mini.guarantor_account_id
    assert balance("insurance_receivable", guarantor_account_id=shared) == Money(25000)
    assert balance("insurance_receivable", guarantor_account_id=mini.guarantor_account_id) == Money(
        18050
    )


def test_conditions_begin_and_end_and_are_never_deleted():
    flags = {"do_not_contact": "yes", "deceased": "2026-02-01", "bankruptcy": "yes",
             "attorney": "yes", "medicaid_qmb": "yes", "workers_comp": "yes", "va": "yes"}  # fmt: skip
    take("contacts", contacts(**flags))
    found = rows(AccountCondition)
    assert {row.kind for row in found} == {
        Condition.DO_NOT_CONTACT,
        Condition.DECEASED,
        Condition.BANKRUPTCY,
        Condition.ATTORNEY,
        Condition.MEDICAID_QMB,
        Condition.WORKERS_COMP,
        Condition.VETERANS_AFFAIRS,
    }
    assert {row.kind for row in found if row.patient_id is not None} == {
        Condition.MEDICAID_QMB,
        Condition.WORKERS_COMP,
        Condition.VETERANS_AFFAIRS,
    }
    take("contacts", contacts(**flags))
    assert len(rows(AccountCondition)) == 7
    take("contacts", contacts(**dict.fromkeys(flags, "")))
    assert [row.ended_at for row in rows(AccountCondition)] == [NOW] * 7
    take("contacts", contacts())  # a file without these columns says nothing of them
    assert len(rows(AccountCondition)) == 7


def test_a_blank_consent_means_no_and_a_yes_needs_its_proof():
    result = take("contacts", contacts(mobile="2125550123", sms_billing_consent="yes"))
    assert reasons(result) == [
        (
            2,
            "P-9",
            f"sms_billing_consent needs {', '.join(PROOF)}",
        )
    ]
    take("contacts")
    plain = sample("contacts").decode().replace("yes,2026-01-05,desk form,2026-1", ",,,")
    take("contacts", plain)
    assert not account_of("P-1").sms_billing_consent


def test_what_a_patient_proved_is_never_overwritten():
    take("contacts")
    testa = account_of("P-1")
    with db.transaction() as session:
        login = Login(face="patient", email="testa@example.com", fs_uniquifier="x")
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=testa.id,
                granted_by="enrolment_code:1",
                granted_at=NOW,
            )
        )
    changed = sample("contacts").decode().replace("testa@example.com", "other@example.com")
    take("contacts", changed.replace("12 Pretend St", "77 Pretend St"))
    assert (account_of("P-1").email, account_of("P-1").street) == (
        "testa@example.com",
        "77 Pretend St",
    )
    take(
        "contacts",
        contacts(
            practice_patient_id="P-1",
            first_name="Testa",
            birth_date="1980-04-02",
            guarantor_last_name="Stranger",
            guarantor_first_name="Some",
            guarantor_birth_date="1970-01-01",
        ),
    )
    assert account_of("P-1").last_name == "Sample"
    assert only(WorkItem).kind == "guarantor_change"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"birth_date": "01/02/1985"}, "birth_date is not a date written YYYY-MM-DD"),
        ({"birth_date": "2027-01-01"}, "birth_date lies in the future"),
        ({"birth_date": ""}, "birth_date: empty"),
        ({"practice_patient_id": ""}, "practice_patient_id is empty"),
        ({"mobile": "call me"}, "mobile is not a phone number"),
        ({"email": "testa at example"}, "email is not an e-mail address"),
        ({"paper_only": "perhaps"}, "paper_only is neither yes nor no"),
        ({"language": "xx"}, "language is not one of en, es"),
        (
            {"guarantor_last_name": "Sample", "guarantor_birth_date": "2015-01-01"},
            "the guarantor is not yet 18",
        ),
        ({"last_name": "Sample,Extra"}, "the row has 5 cells, the header 4"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_reason(cells, reason):
    good = "\n" if "last_name" in cells or len(cells) else ""
    result = take("contacts", contacts(**cells) + good)
    assert [(record.position, record.reason) for record in result.refused] == [(2, reason)]
    assert result.accepted == 0
    assert rows(Patient) == []


def test_a_header_that_we_do_not_know_refuses_the_file():
    result = take("contacts", "practice_patient_id,last_name,first_name\nP,S,T\n")
    assert reasons(result) == [(1, "", "the header lacks birth_date")]
    result = take("contacts", contacts(do_not_contac="yes"))
    assert reasons(result) == [(1, "", "the header has unknown columns: do_not_contac")]
    assert reasons(take("contacts", "")) == [(1, "", "the file is empty")]
    with pytest.raises(UnknownKindError):
        take("invoices", "a\n")


def test_two_people_whom_a_row_could_mean_refuse_it():
    take_claims()
    other = CLAIMS.replace(b"V1001", b"V2001").replace(b"12 PRETEND ST", b"7 OTHER AVE")
    other = other.replace(b"ACM000111", b"ACM999999").replace(b"SEC000222", b"SEC999999")
    import_claims(data=other, name="two.837", now=NOW, store=Shelf())
    result = take("contacts")
    assert reasons(result) == [(2, "P-1", "more than one patient has this name and birth_date")]
    assert result.accepted == 3


def test_receipts_credit_the_visit_and_a_reversal_takes_it_back():
    take_claims()
    take("contacts")
    result = take("receipts")
    assert (result.accepted, result.refused) == (4, ())
    visit = only(Visit, control_number="V1001")
    assert balance("patient_credit", visit_id=visit.id) == -Money(2000)
    assert balance("practice_deposits") == Money(3000)
    assert [r.amount for r in rows(PracticeReceipt)] == [
        Money(2500), Money(1000), Money(-2500), Money(2000),
    ]  # fmt: skip
    assert only(Practice).receipts_through == date(2026, 1, 20)
    assert all(receipt.entry_id for receipt in rows(PracticeReceipt))
    before = everything()
    take("receipts")
    take("receipts", sample("receipts") + b"\n")
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("R-9,P-77,,,2026-01-12,card,100,copay,", "no patient has this practice_patient_id"),
        ("R-9,P-1,V9999,,2026-01-12,card,100,copay,", "no visit of this patient has"),
        ("R-9,P-1,,,2026-01-12,card,0,copay,", "amount_cents is not above zero"),
        ("R-9,P-1,,,2026-01-12,card,12.50,copay,", "amount_cents is not a whole number of cents"),
        ("R-9,P-1,,,2026-01-12,shells,100,copay,", "method is not one of"),
        ("R-9,P-1,,,2026-01-12,card,100,gift,", "kind is not one of"),
        ("R-9,P-1,,,2027-01-12,card,100,copay,", "date lies in the future"),
        ("R-9,P-1,,,2026-01-12,card,100,copay,R-77", "reverses R-77, which is not here"),
        ("R-1,P-1,,,2026-01-12,card,9900,copay,", "imported with another patient, date or amount"),
    ],
)
def test_a_bad_receipt_is_refused_alone(row, reason):
    take_claims()
    take("contacts")
    take("receipts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\n{row}\nR-10,P-1,,,2026-01-12,cash,100,deposit,\n")
    assert result.accepted == 1
    assert reason in result.refused[0].reason
    assert result.refused[0].position == 2


def test_a_receipt_can_be_reversed_only_once():
    take_claims()
    take("contacts")
    take("receipts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\nR-8,P-1,V1001,,2026-01-14,card,2500,copay,R-1\n")
    assert "which was reversed before" in result.refused[0].reason


def test_our_own_receipts_come_back_without_being_posted_again():
    take("contacts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\nkindbill:pay-1,P-1,,,2026-01-14,card,2500,balance,\n")
    assert (result.accepted, rows(PracticeReceipt)) == (1, [])
    take("charges")
    with db.transaction() as session:
        charge = session.scalar(select(Charge).order_by(Charge.id))
        visit = session.get(Visit, charge.visit_id)
        party = Party(
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            charge_id=charge.id,
        )
        paid = entries.payment(
            source_ref="stripe:pi_1:succeeded",
            occurred_on=NOW.date(),
            lines=[entries.Line(party, Money(500))],
        )
        post_entry(session, paid)
    before = everything()
    result = take("receipts", export_payments(since=date(2026, 1, 1)))
    assert (result.accepted, result.refused) == (1, ())
    assert everything() == before


def test_a_file_can_say_how_far_it_reaches_on_days_without_receipts():
    take("receipts", "receipt_id,practice_patient_id,date,method,amount_cents,kind,covers_through\n"
         "mark-1,,,,,,2026-03-01\n")  # fmt: skip
    assert only(Practice).receipts_through == date(2026, 3, 1)
    assert rows(PracticeReceipt) == []


def decide(visit, due):
    """The plan decided: the patient owes `due` on the first line, the plan wrote off the rest."""
    charge = rows(Charge, visit_id=visit.id)[0]
    claim = only(Claim, visit_id=visit.id)
    party = Party(
        guarantor_account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        charge_id=charge.id,
        claim_id=claim.id,
        payer_id=claim.payer_id,
    )
    legs = transfer(
        due,
        debit_to=(Account.PATIENT_RECEIVABLE, party),
        credit_to=(Account.INSURANCE_RECEIVABLE, party),
    )
    with db.transaction() as session:
        post_entry(
            session,
            entries.remittance_claim(source_ref="era:test", occurred_on=NOW.date(), legs=legs),
        )


def test_credit_settles_the_patients_share_when_it_posts():
    take_claims()
    take("contacts")
    take("receipts")
    visit = only(Visit, control_number="V1001")
    decide(visit, Money(3000))
    with db.transaction() as session:
        applied = apply_credit(
            session,
            guarantor_account_ids=[visit.guarantor_account_id],
            on=NOW.date(),
            source="era:test",
        )
    assert applied == Money(2000)
    assert balance("patient_receivable", visit_id=visit.id) == Money(1000)
    assert balance("patient_credit", visit_id=visit.id) == ZERO
    with db.transaction() as session:
        again = apply_credit(
            session,
            guarantor_account_ids=[visit.guarantor_account_id],
            on=NOW.date(),
            source="era:again",
        )
    assert again == ZERO


def test_a_late_receipt_settles_what_is_owed_and_its_reversal_opens_it_again():
    take_claims()
    take("contacts")
    visit = only(Visit, control_number="V1001")
    decide(visit, Money(3000))
    header = sample("receipts").decode().splitlines()[0]
    take("receipts", f"{header}\nR-20,P-1,V1001,,2026-02-20,card,1800,balance,\n")
    assert balance("patient_receivable", visit_id=visit.id) == Money(1200)
    take("receipts", f"{header}\nR-21,P-1,,,2026-02-21,cash,2000,balance,\n")
    assert balance("patient_receivable", visit_id=visit.id) == ZERO
    assert balance("patient_credit", guarantor_account_id=visit.guarantor_account_id) == -Money(800)
    take("receipts", f"{header}\nR-22,P-1,V1001,,2026-02-22,card,1800,balance,R-20\n")
    assert balance("patient_credit", visit_id=visit.id) == ZERO
    assert balance("patient_receivable", visit_id=visit.id) == Money(1000)
    with db.transaction() as session:
        [account] = balances(session, on=NOW.date(), account_ids=[visit.guarantor_account_id])
    assert all(found.identity_holds for found in account.visits)


def test_self_pay_charges_are_owed_at_once_and_take_the_credit_there_is():
    take("contacts")
    take("receipts", sample("receipts").decode().splitlines()[0]
         + "\nR-2,P-4,,,2026-01-20,cash,1000,balance,\n")  # fmt: skip
    result = take("charges")
    assert (result.accepted, result.refused) == (3, ())
    first, second = rows(Visit)
    assert (first.coverage_intent, second.coverage_intent) == ("self_pay", "do_not_file")
    assert [
        (c.line_number, c.modifiers, c.description) for c in rows(Charge, visit_id=first.id)
    ] == [
        (1, ["25"], "Office visit"),
        (2, [], "Throat swab"),
    ]
    assert balance("patient_receivable") == Money(12000 + 3000 + 2500 - 1000)
    assert balance("charges") == -Money(17500)
    assert rows(Claim) == []
    before = everything()
    take("charges", sample("charges") + b"\n")
    assert everything() == before


def test_one_bad_line_refuses_its_whole_visit():
    take("contacts")
    result = take("charges", sample("charges").decode().replace(",3000,", ",-3000,"))
    assert [(r.position, r.id) for r in result.refused] == [(2, "S-1"), (3, "S-1")]
    assert result.accepted == 1
    assert [visit.control_number for visit in rows(Visit)] == ["S-2"]
    take("charges")
    changed = take("charges", sample("charges").decode().replace(",2500,", ",2600,"))
    assert "was imported with other lines" in changed.refused[0].reason


def test_opening_balances_keep_their_first_statement_day():
    take("contacts")
    result = take("opening")
    assert (result.accepted, result.refused) == (2, ())
    first, second = rows(Visit)
    assert (first.first_statement_on, second.first_statement_on) == (date(2025, 11, 15), None)
    assert first.responsible_on == date(2025, 12, 31)
    assert [c.description for c in rows(Charge)] == [
        "Office visit on October 2",
        "Balance from our old billing system",
    ]
    assert balance("patient_receivable") == Money(5750)
    assert only(Practice).cut_over_on == date(2025, 12, 31)
    assert {e.kind for e in rows(JournalEntry)} == {"opening"}
    before = everything()
    take("opening", sample("opening") + b"\n")
    assert everything() == before
    changed = take("opening", sample("opening").decode().replace(",1200,", ",1300,"))
    assert "another patient or amount" in changed.refused[0].reason
