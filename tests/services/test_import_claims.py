"""837P files in: people, visits and charges once, whatever comes twice, later or corrected."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select, text

from billing.holds import Condition
from billing.money import Money
from portal import db
from portal.models.accounts import Coverage, GuarantorAccount, Patient, Payer, RecordVersion
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.files import File
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.services.import_claims import import_claims
from tests.services.practice_files import CLAIMS, FIXTURES, NOW, Shelf, only, rows

SECONDARY = (FIXTURES / "x12" / "secondary.837").read_bytes()
pytestmark = pytest.mark.usefixtures("database_url")


def take(data, name="day.837", now=NOW):
    return import_claims(data=data, name=name, now=now, store=Shelf())


def everything():
    """Every row of every table that an import may touch, but not the file itself."""
    tables = [
        "guarantor_accounts",
        "patients",
        "payers",
        "payer_aliases",
        "coverages",
        "providers",
        "visits",
        "charges",
        "claims",
        "record_versions",
        "work_items",
        "journal_entries",
        "postings",
    ]
    with db.transaction() as session:
        return {
            table: session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all()
            for table in tables
        }


def charged():
    with db.transaction() as session:
        return session.scalar(
            select(func.coalesce(func.sum(PostingRow.amount), 0))
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(LedgerAccount.code == "charges", PostingRow.side == "credit")
        )


def resent(data):
    """The same claims in another file, under another control number."""
    return data.replace(b"000000001", b"000000099")


def test_one_file_makes_people_visits_charges_and_claims():
    result = take(CLAIMS)
    assert (result.accepted, result.refused) == (2, ())
    assert result.to_json() == {"files": [{"file": "day.837", "accepted": 2, "refused": []}]}
    testa, mini = rows(Patient)
    assert (testa.full_name, testa.match_name) == ("TESTA Q SAMPLE", "sample testa")
    assert mini.city == "ELSEWHERE"
    visit = only(Visit, patient_id=testa.id)
    assert (visit.control_number, visit.service_on) == ("V1001", date(2026, 1, 12))
    assert visit.desk_payment == Money(2500)
    assert visit.coverage_intent == "insurance"
    charges = rows(Charge, visit_id=visit.id)
    assert [(c.procedure_code, c.modifiers, c.billed) for c in charges] == [
        ("99213", ["25"], Money(15000)),
        ("87880", ["QW"], Money(10000)),
    ]
    assert [c.description for c in charges] == ["Office visit", "Strep throat test"]
    claim = only(Claim, visit_id=visit.id)
    assert (claim.state, claim.sequence, claim.accepts_assignment) == ("open", "P", "A/Y")
    assert claim.submitted_on == date(2026, 1, 14)
    assert claim.file_position == 20
    assert {(c.sequence, c.member_id) for c in rows(Coverage, patient_id=testa.id)} == {
        ("P", "ACM000111"),
        ("S", "SEC000222"),
    }
    assert [p.identifier for p in rows(Payer)] == ["acme1", "secm2"]
    assert [p.npi for p in rows(Provider)] == ["1999999976", "1999999984"]
    assert visit.provider_id == only(Provider, npi="1999999976").id


def test_an_adult_owes_for_themselves_and_nobody_is_named_for_a_minor():
    take(CLAIMS)
    testa, mini = rows(GuarantorAccount)
    assert (testa.named, testa.display_name, testa.birth_on) == (
        True,
        "TESTA Q SAMPLE",
        date(1980, 4, 2),
    )
    assert testa.street == "12 PRETEND ST"
    assert (mini.named, mini.display_name) == (False, "Parent or guardian of MINI SAMPLE")
    assert mini.birth_on is None
    # The subscriber lives elsewhere and is neither patient nor guarantor.
    assert mini.city == "ELSEWHERE"
    assert not any("OTTO" in account.display_name for account in rows(GuarantorAccount))
    with db.transaction() as session:
        [account] = balances(session, on=NOW.date(), account_ids=[mini.id])
    assert Condition.MINOR_UNNAMED in account.visits[0].conditions


def test_charges_stand_with_the_payer_line_by_line():
    take(CLAIMS)
    assert charged() == Money(25000 + 18050)
    with db.transaction() as session:
        found = balances(session, on=NOW.date(), account_ids=[1])[0].visits[0]
    assert [(c.billed, c.insurance_due) for c in found.charges] == [
        (Money(15000), Money(15000)),
        (Money(10000), Money(10000)),
    ]
    assert found.identity_holds
    assert only(JournalEntry, source_ref="837p:1:20").occurred_on == date(2026, 1, 12)


def test_the_same_file_twice_changes_nothing():
    first = take(CLAIMS)
    before = everything()
    again = take(CLAIMS, name="copy.837")
    assert (again.accepted, again.refused) == (first.accepted, first.refused)
    assert again.repeated
    assert everything() == before
    assert len(rows(File)) == 1


def test_the_same_claims_in_another_file_change_nothing():
    take(CLAIMS)
    before = everything()
    again = take(resent(CLAIMS))
    assert (again.accepted, again.repeated) == (2, False)
    assert everything() == before


def test_a_secondary_claim_attaches_and_adds_no_charge():
    take(CLAIMS)
    take(SECONDARY)
    visit = only(Visit, control_number="V1001")
    assert len(rows(Charge, visit_id=visit.id)) == 2
    assert {(c.sequence, c.state) for c in rows(Claim, visit_id=visit.id)} == {
        ("P", "open"),
        ("S", "open"),
    }
    assert len(rows(Patient)) == 2
    assert charged() == Money(43050)


def test_a_secondary_claim_with_its_own_number_attaches_by_its_lines():
    take(CLAIMS)
    take(SECONDARY.replace(b"CLM*V1001*", b"CLM*OTHER77*"))
    assert only(Visit, control_number="V1001")
    assert not rows(Visit, control_number="OTHER77")
    assert only(Claim, patient_control_number="OTHER77").sequence == "S"
    assert charged() == Money(43050)


def test_a_secondary_claim_with_unknown_lines_asks_a_person():
    take(CLAIMS)
    take(SECONDARY.replace(b"SV1*HC:87880:QW*100", b"SV1*HC:87651:QW*100"))
    assert charged() == Money(43050)
    (item,) = rows(WorkItem)
    assert item.kind == "claim_import"
    assert "not among the charges" in item.reasons[0]


def test_a_secondary_claim_seen_first_brings_the_visit():
    take(SECONDARY)
    assert charged() == Money(25000)
    take(CLAIMS)
    visit = only(Visit, control_number="V1001")
    assert {c.sequence for c in rows(Claim, visit_id=visit.id)} == {"P", "S"}
    assert charged() == Money(43050)


def later(data, day=b"20260120"):
    """Sent on a later day."""
    return data.replace(b"BHT*0019*00*1*20260114", b"BHT*0019*00*9*" + day)


def decide(number="V1001"):
    with db.transaction() as session:
        claim = session.scalar(select(Claim).where(Claim.patient_control_number == number))
        claim.state, claim.decided_on = "decided", date(2026, 2, 1)
        claim.payer_claim_number = "ACM-1"


def test_STMT_1_a_replacement_holds_the_balance_until_it_is_decided_again():
    take(CLAIMS)
    decide()
    data = later(CLAIMS).replace(b"11:B:1*Y*A*Y*Y~", b"11:B:7*Y*A*Y*Y~", 1)
    data = data.replace(b"CLM*V1001*250*", b"CLM*V1001*280*")
    data = data.replace(b"SV1*HC:99213:25*150*", b"SV1*HC:99214:25*180*")
    take(data)
    claim = only(Claim, patient_control_number="V1001")
    assert (claim.state, claim.frequency, claim.billed) == ("deciding_again", "7", Money(28000))
    visit = only(Visit, control_number="V1001")
    assert [(c.procedure_code, c.billed) for c in rows(Charge, visit_id=visit.id)] == [
        ("99214", Money(18000)),
        ("87880", Money(10000)),
    ]
    with db.transaction() as session:
        found = balances(session, on=NOW.date(), account_ids=[visit.guarantor_account_id])
    assert found[0].visits[0].identity_holds
    assert found[0].visits[0].insurance_due == Money(28000)
    assert Condition.OPEN_CLAIM in found[0].visits[0].conditions
    kept = [v.before for v in rows(RecordVersion, record="charges")]
    assert kept[0]["procedure_code"] == "99213"
    assert kept[0]["billed"] == "$150.00"
    assert rows(RecordVersion, record="claims")[0].before["frequency"] == "1"


def test_a_replacement_seen_again_after_the_new_decision_changes_nothing():
    take(CLAIMS)
    decide()
    data = later(CLAIMS).replace(b"11:B:1*Y*A*Y*Y~", b"11:B:7*Y*A*Y*Y~", 1)
    take(data)
    decide()
    before = everything()
    take(resent(data))
    take(resent(CLAIMS))  # nor does the original, which is older
    assert everything() == before
    assert only(Claim, patient_control_number="V1001").state == "decided"


def test_a_cancelled_claim_is_held_and_asks_a_person():
    take(CLAIMS)
    decide()
    data = later(CLAIMS).replace(b"11:B:1*Y*A*Y*Y~", b"11:B:8*Y*A*Y*Y~", 1)
    take(data)
    claim = only(Claim, patient_control_number="V1001")
    assert (claim.state, claim.frequency) == ("deciding_again", "8")
    assert charged() == Money(43050)
    assert "cancelled" in rows(WorkItem)[0].reasons[0]


def test_cancelling_a_claim_that_is_not_here_is_refused():
    data = CLAIMS.replace(b"11:B:1*Y*A*Y*Y~", b"11:B:8*Y*A*Y*Y~", 1)
    result = take(data)
    assert result.accepted == 1
    (refused,) = result.refused
    assert (refused.position, refused.id) == (20, "V1001")
    assert "voids a claim that is not here" in refused.reason
    assert not rows(Visit, control_number="V1001")


def test_a_corrected_resend_before_any_decision_changes_the_charges():
    take(CLAIMS)
    data = later(CLAIMS).replace(b"CLM*V1001*250*", b"CLM*V1001*240*")
    take(data.replace(b"SV1*HC:87880:QW*100*", b"SV1*HC:87880:QW*90*"))
    visit = only(Visit, control_number="V1001")
    assert [c.billed for c in rows(Charge, visit_id=visit.id)] == [Money(15000), Money(9000)]
    with db.transaction() as session:
        [account] = balances(session, on=NOW.date(), account_ids=[visit.guarantor_account_id])
    assert account.visits[0].insurance_due == Money(24000)
    assert only(Claim, patient_control_number="V1001").state == "open"


def test_a_changed_resend_after_a_decision_asks_a_person():
    take(CLAIMS)
    decide()
    data = later(CLAIMS).replace(b"CLM*V1001*250*", b"CLM*V1001*240*")
    take(data.replace(b"SV1*HC:87880:QW*100*", b"SV1*HC:87880:QW*90*"))
    assert charged() == Money(43050)
    assert len(rows(WorkItem)) == 1


def test_one_control_number_for_all_visits_of_a_patient_gives_two_visits():
    take(CLAIMS)
    take(later(CLAIMS).replace(b"20260112", b"20260119"))
    assert [v.service_on for v in rows(Visit, control_number="V1001")] == [
        date(2026, 1, 12),
        date(2026, 1, 19),
    ]
    assert charged() == Money(43050 + 25000)


def test_two_people_with_one_name_and_birth_date_are_never_merged():
    take(CLAIMS)
    other = CLAIMS.replace(b"V1001", b"V2001").replace(b"12 PRETEND ST", b"7 OTHER AVE")
    other = other.replace(b"ACM000111", b"ACM999999").replace(b"SEC000222", b"SEC999999")
    take(other)
    assert len(rows(Patient, match_name="sample testa")) == 2
    assert only(WorkItem).kind == "namesake"


def test_a_new_address_is_versioned_and_follows_to_the_account():
    take(CLAIMS)
    moved = later(CLAIMS).replace(b"V1001", b"V3001").replace(b"20260112", b"20260201")
    take(moved.replace(b"12 PRETEND ST", b"50 NEW HOUSE RD"))
    testa = rows(Patient)[0]
    assert testa.street == "50 NEW HOUSE RD"
    assert rows(GuarantorAccount)[0].street == "50 NEW HOUSE RD"
    kept = [v for v in rows(RecordVersion) if v.record != "claims"]
    assert {(v.record, v.before["street"]) for v in kept} == {
        ("patients", "12 PRETEND ST"),
        ("guarantor_accounts", "12 PRETEND ST"),
    }
    take(resent(CLAIMS))  # an older claim does not move her back
    assert rows(Patient)[0].street == "50 NEW HOUSE RD"


def test_a_changed_coverage_keeps_its_past():
    take(CLAIMS)
    take(later(CLAIMS).replace(b"V1001", b"V3001").replace(b"20260112", b"20260201")
         .replace(b"*GRP1*", b"*GRP2*"))  # fmt: skip
    coverage = only(Coverage, member_id="ACM000111")
    assert coverage.group_number == "GRP2"
    assert (coverage.first_service_on, coverage.last_service_on) == (
        date(2026, 1, 12),
        date(2026, 2, 1),
    )
    assert only(RecordVersion, record="coverages").before == {"group_number": "GRP1"}


def test_a_claim_without_birth_date_is_refused_and_the_rest_is_taken():
    result = take(CLAIMS.replace(b"DMG*D8*19800402*F~\n", b"", 1))
    assert result.accepted == 1
    assert result.refused[0].reason == (
        "segment 19: expected the patient's birth date (DMG), found none"
    )


def test_what_was_refused_is_tried_again_when_the_file_comes_again():
    cancel = later(CLAIMS).replace(b"11:B:1*Y*A*Y*Y~", b"11:B:8*Y*A*Y*Y~", 1)
    assert take(cancel).accepted == 1
    take(CLAIMS)
    again = take(cancel)
    assert (again.accepted, again.refused, again.repeated) == (2, (), True)
    assert only(Claim, patient_control_number="V1001").frequency == "8"


def test_a_file_that_is_no_837P_is_refused_whole():
    result = take((FIXTURES / "x12" / "remittance.835").read_bytes())
    assert result.accepted == 0
    assert result.refused[0].position == 3
    assert "found ST*835" in result.refused[0].reason
    assert rows(File) == []


def test_the_bytes_are_kept():
    shelf = Shelf()
    import_claims(data=CLAIMS, name="/tmp/day.837", now=NOW, store=shelf)
    file = only(File)
    assert shelf.kept == {file.stored_as: CLAIMS}
    assert (file.kind, file.name, file.size) == ("837p", "day.837", len(CLAIMS))


def test_every_sample_837P_imports_twice_with_no_change_the_second_time(x12_samples):
    files = sorted((x12_samples / "837P").iterdir())
    accepted = 0
    for path in files:
        result = take(path.read_bytes(), name=path.name)
        accepted += result.accepted
        assert all(record.position >= 1 and record.reason for record in result.refused)
    assert accepted >= 55
    before = everything()
    for path in files:
        take(path.read_bytes(), name=path.name)
    assert everything() == before


def test_a_large_file_is_written_in_batches_that_know_each_other(monkeypatch):
    monkeypatch.setattr("portal.services.import_claims.BATCH", 1)
    data = CLAIMS.replace(b"V1002", b"V1001")
    assert take(data).accepted == 2
    assert take(SECONDARY).accepted == 1
    assert len(rows(Payer)) == 2
    assert charged() == Money(43050)


def test_two_processes_with_the_same_people_make_each_once():
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(take, [CLAIMS, CLAIMS.replace(b"000000001", b"000000077")])
    assert (one.accepted, two.accepted) == (2, 2)
    assert (len(rows(Patient)), len(rows(Visit)), charged()) == (2, 2, Money(43050))
