"""The contacts file: who answers for whom, who shows where, and what stands in the way."""

import pytest
from sqlalchemy import select

from billing.holds import Condition
from billing.money import Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient, RecordVersion
from portal.models.claims import Visit
from portal.models.consents import ESignConsent, TextConsent
from portal.models.files import File
from portal.models.identity import AccountAccess, Login
from portal.models.ledger import PostingRow
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.text_consents import TextCategory, standing_consents
from portal.services.import_claims import import_claims
from portal.services.import_practice import UnknownKindError
from portal.services.record_text_consent import Said, grant_texts, withdraw_all_texts
from portal.services.set_practice import set_practice
from tests.services.practice_files import (
    CLAIMS,
    NOW,
    PROOF,
    SETTINGS,
    Shelf,
    account_of,
    balance,
    contacts,
    everything,
    only,
    patient,
    reasons,
    rows,
    sample,
    take,
    take_claims,
)


@pytest.fixture(autouse=True)
def _practice(database_url):
    set_practice(toml=SETTINGS)


def agreements(account):
    with db.read_only() as session:
        return standing_consents(session, phone=account.mobile, account_id=account.id)


def contacts_file():
    return only(File, kind="contacts")


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
    [agreed] = agreements(testa)
    assert (agreed.source, agreed.wording_version) == (f"contacts:{contacts_file().id}", "2026-1")
    assert agreed.wording == "desk form, 2026-01-05"
    # MSG-24: a yes on the practice's paper invites; it shows nobody that the files can be opened.
    with db.read_only() as session:
        [invitation] = session.scalars(select(ESignConsent)).all()
    assert (invitation.guarantor_account_id, invitation.granted) == (testa.id, True)
    assert (invitation.demonstrated_at, invitation.email) == (None, "testa@example.com")
    assert invitation.source == f"contacts:{contacts_file().id}"
    # STMT-13: from 12 on a child has an account of their own, which the guarantor answers for.
    assert (teena.named, teena.display_name, teena.relationship) == (True, "Testa Sample", "mother")
    assert (selfa.language, selfa.paper_only, agreements(selfa)) == ("es", True, ())
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
    assert agreements(account_of("P-1")) == ()


def test_MSG_1_a_file_writes_a_consent_row_only_when_something_changes():
    take("contacts")
    before = len(rows(TextConsent))
    take("contacts", sample("contacts").decode() + "\n")
    assert len(rows(TextConsent)) == before


def test_MSG_3_a_file_never_grants_again_what_was_withdrawn_later():
    take("contacts")
    testa = account_of("P-1")
    with db.transaction() as session:
        withdraw_all_texts(session, phone=testa.mobile, said=Said(source="sms"), now=NOW)
    take("contacts", sample("contacts").decode() + "\n")
    assert agreements(testa) == ()
    newer = sample("contacts").decode().replace("yes,2026-01-05", "yes,2026-03-03")
    take("contacts", newer)
    assert len(agreements(testa)) == 1


@pytest.mark.parametrize(("cell", "left"), [("", 1), ("no", 0)])
def test_MSG_1_an_empty_cell_leaves_what_the_person_said_on_our_pages(cell, left):
    plain = sample("contacts").decode().replace("yes,2026-01-05,desk form,2026-1", f"{cell},,,")
    take("contacts", plain)
    testa = account_of("P-1")
    with db.transaction() as session:
        grant_texts(
            session,
            phone=testa.mobile,
            category=TextCategory.BILLING,
            guarantor_account_id=testa.id,
            said=Said(source="web"),
            now=NOW,
        )
    take("contacts", plain + "\n")
    assert len(agreements(testa)) == left


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
    result = take("contacts", contacts(**cells))
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


def test_MSG_24_a_file_never_overrides_what_somebody_said_on_our_pages():
    take("contacts")
    account = account_of("P-1")
    with db.transaction() as session:
        session.add(
            ESignConsent(guarantor_account_id=account.id, granted=False, source="web", at=NOW)
        )
    take("contacts", sample("contacts").decode().replace("1 Invented", "2 Invented"))
    with db.read_only() as session:
        said = session.scalars(select(ESignConsent.source).order_by(ESignConsent.id)).all()
    assert said[-1] == "web"
