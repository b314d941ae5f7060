"""The awkward cases that a billing office meets every month, each with a patient of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.practice import catalogue
from sandbox.practice.adjudication import allowed_amount, cuts, denied_line, priced_line
from sandbox.practice.model import Cut, LineDecision, ProviderCut
from sandbox.practice.stage import Stage

MISSING_DETAIL, NO_AUTHORIZATION, NOT_COVERED = ("N290", "MA130"), ("M62",), ("N130",)
TAKEBACK = 3_820


def tell_oddities(stage: Stage) -> None:
    """Denials, reviews, disputes over who pays, and people who must not be written to."""
    _denials(stage)
    _reviews(stage)
    _money_details(stage)
    _unusual_payers(stage)
    _minors(stage)
    _not_to_be_contacted(stage)
    _hard_to_reach(stage)
    _no_insurance(stage)
    _in_yesterdays_file(stage)


def _denials(stage: Stage) -> None:
    for name, plan, reason, remarks in (
        ("Emulatte Inventio F", catalogue.ACME_CHOICE, "16", MISSING_DETAIL),
        ("Modello Facsimile M", catalogue.BLUEBIRD_PPO, "197", NO_AUTHORIZATION),
    ):
        patient = stage.adult(f"{name}", 44, plan)
        visit = stage.visit(patient, 45, "99214 93000", diagnosis="R079")
        denied = (denied_line(service, "CO", reason, remarks) for service in visit.services)
        stage.decided_by_line(visit, 25, "4", *denied)
        stage.hero(
            f"denied_{reason}", patient, "The plan said no; we ask again. She or he owes nothing."
        )


def _reviews(stage: Stage) -> None:
    coached = stage.adult("Replica Fictionby F", 50, catalogue.BLUEBIRD_FAMILY)
    visit = stage.visit(coached, 44, "99213 97802", diagnosis="E119")
    office = priced_line(visit.services[0], catalogue.BLUEBIRD_FAMILY, (Cut("PR", "2", 1_960),))
    coaching = denied_line(visit.services[1], "PR", "96", NOT_COVERED)
    stage.decided_by_line(visit, 24, "1", office, coaching)
    stage.hero("not_covered", coached, "Nutrition coaching was not covered: we check it first.")

    outside = stage.adult("Inventus Modelton M", 39, catalogue.EVERGREEN_HMO)
    visit = stage.visit(outside, 48, "99214", diagnosis="I10")
    service = visit.services[0]
    allowed = allowed_amount(service, catalogue.EVERGREEN_HMO)
    line = LineDecision(
        service=service,
        paid=allowed - 4_000,
        cuts=cuts(("PR", "45", service.fee - allowed), ("PR", "1", 4_000)),
    )
    stage.decided_by_line(visit, 25, "1", line)
    stage.hero("out_of_network", outside, "PR-45 beside his deductible: held for review.")


def _money_details(stage: Stage) -> None:
    three = stage.adult("Sampla Bazwell F", 57, catalogue.BLUEBIRD_PPO)
    visit = stage.visit(three, 43, "36415 85025 84443", diagnosis="R5383")
    lines = tuple(priced_line(service, catalogue.BLUEBIRD_PPO, ()) for service in visit.services)
    deductible = (Cut("PR", "1", 4_137),)
    stage.decided_by_line(visit, 24, "1", *lines, claim_cuts=deductible)
    stage.hero("claim_level", three, "One deductible amount for three lines, spread to the cent.")

    late = stage.adult("Scenario Trialman M", 45, catalogue.BLUEBIRD_FAMILY)
    visit = stage.visit(late, 75, "99214", diagnosis="I10")
    stage.decided(visit, 31, interest=137)
    stage.hero("interest", late, "The plan paid late and added $1.37 of interest to us.")

    overpaid = stage.adult("Maquetto Loremson M", 61, catalogue.BLUEBIRD_PPO)
    visit = stage.visit(overpaid, 120, "99214", diagnosis="I10", copay=3_000)
    first = stage.decided(visit, 100)
    card = overpaid.memberships[0]
    number = first.payer_claim_number
    stage.takeback(card, stage.pay_day(card, 31), ProviderCut("WO", number, TAKEBACK))
    stage.hero("takeback", overpaid, "His plan took $38.20 back from us; what he owes is the same.")

    undocumented = stage.adult("Imagino Variables M", 42, catalogue.ACME_CHOICE)
    visit = stage.visit(undocumented, 41, "99213", copay=2_500, receipt=0)
    stage.decided(visit, 22)
    stage.hero("no_receipt", undocumented, "The claim says he paid $25.00; no receipt does: held.")


def _unusual_payers(stage: Stage) -> None:
    elsewhere = stage.adult("Notarius Madeup M", 46, catalogue.ACME_CHOICE)
    visit = stage.visit(elsewhere, 50, "99213", copay=2_500)
    stage.decided(visit, 32)
    unknown = replace(visit, control_number="RFM99990", on=visit.on - timedelta(days=21))
    stage.decided(unknown, 22)
    stage.hero("unmatched", elsewhere, "His plan also paid for a visit that we never billed.")


def _minors(stage: Stage) -> None:
    town = stage.town
    home, other_home = town.address(), town.address()
    mother = stage.somebody("Illustra", "Mockford", 38, "F", home)
    father = stage.somebody("Trialton", "Faraway-Test", 40, "M", other_home)
    boy = stage.somebody("Demetri", "Mockford", 9, "M", home)
    card = replace(town.membership(catalogue.BLUEBIRD_FAMILY, father), relationship="19")
    contact = stage.reachable(mother, relationship="mother")
    patient = town.patient(boy, (card,), contact)
    stage.decided(stage.visit(patient, 42, "99213 87880", diagnosis="J029"), 24)
    stage.hero(
        "subscriber_elsewhere",
        patient,
        "Insured by his father, who lives elsewhere; his mother pays and gets the bill.",
    )
    father = stage.somebody("Avataro", "Notreal", 34, "M", town.address())
    girl = stage.somebody("Echona", "Notreal", 6, "F", father.address)
    card = replace(town.membership(catalogue.ACME_CHOICE, father), relationship="19")
    patient = town.patient(girl, (card,), None)
    stage.decided(stage.visit(patient, 40, "99213", diagnosis="H6690"), 22)
    stage.hero("no_guarantor", patient, "Nobody wrote down who pays for her: staff name a person.")
    parent = stage.somebody("Exampleo", "Exemplar", 43, "M", town.address())
    teen = stage.somebody("Simuel", "Exemplar", 15, "M", parent.address)
    card = replace(town.membership(catalogue.EVERGREEN_HMO, parent), relationship="19")
    patient = town.patient(teen, (card,), stage.reachable(parent, relationship="father"))
    stage.decided(stage.visit(patient, 47, "99213", diagnosis="J029"), 25)
    stage.hero("teen", patient, "He is 15: an account and an envelope of his own.")


def _not_to_be_contacted(stage: Stage) -> None:
    for name, age, known, about in (
        ("Dummond Dryrun M", 53, {"bankruptcy": True}, "Bankruptcy: nothing is sent or asked."),
        ("Notoria Mannequin F", 64, {"do_not_contact": True}, "Asked not to be contacted."),
        ("Emulio Rehearsal M", 62, {"deceased": True}, "Died last month: nothing is sent."),
    ):
        patient = stage.adult(name, age, catalogue.BLUEBIRD_FAMILY, **known)
        visit = stage.visit(patient, 70, "99214", diagnosis="I10")
        stage.decided(visit, 52)
        stage.hero(next(iter(known)), patient, about)


def _hard_to_reach(stage: Stage) -> None:
    for name, known, about in (
        ("Paradigma Imaginary F", {"mobile": ""}, "No phone on file: paper only."),
        ("Mimeo Quietman-Test M", {"sms_consent": False, "email": ""}, "Never agreed to texts."),
    ):
        patient = stage.adult(name, 58, catalogue.ACME_SAVER, **known)
        stage.decided(stage.visit(patient, 45, "99214", diagnosis="I10"), 22)
        stage.hero("no_phone" if "mobile" in known else "no_consent", patient, about)
    shared = stage.town.phone()
    for name, age in (("Placida Sandboxer F", 67), ("Standford Sandboxer M", 70)):
        patient = stage.adult(name, age, catalogue.MEDICARE_B, mobile=shared)
        stage.decided(stage.visit(patient, 46, "99213", diagnosis="M1711"), 26)
        stage.hero("shared_phone", patient, "Two people, one phone: a text names neither.")


def _no_insurance(stage: Stage) -> None:
    payer = stage.adult("Variano Draftsworth M", 31)
    stage.visit(payer, 28, "99213 87804", diagnosis="J111", self_pay=True)
    stage.hero("self_pay", payer, "No insurance: he pays the practice's own price.")


def _in_yesterdays_file(stage: Stage) -> None:
    asked = stage.adult("Exampla Stubbington-Test F", 48, catalogue.ACME_CHOICE)
    visit = stage.visit(asked, 19, "99213 97802", diagnosis="E119", copay=2_500)
    office = priced_line(visit.services[0], catalogue.ACME_CHOICE, (Cut("PR", "3", 2_500),))
    coaching = denied_line(visit.services[1], "PR", "96", NOT_COVERED)
    stage.decided_by_line(visit, 1, "1", office, coaching)
    stage.hero("upload_review", asked, "In yesterday's 835: coaching not covered, to be checked.")

    refused = stage.adult("Betaron Mannequin M", 37, catalogue.ACME_SAVER)
    visit = stage.visit(refused, 21, "99214 94010", diagnosis="J45909")
    denied = (denied_line(service, "CO", "16", MISSING_DETAIL) for service in visit.services)
    stage.decided_by_line(visit, 1, "4", *denied)
    stage.hero("upload_denied", refused, "In yesterday's 835: denied for a missing detail.")

    late = stage.adult("Illustrato Dryrun M", 59, catalogue.ACME_CLASSIC)
    visit = stage.visit(late, 54, "99214 36415 80053", diagnosis="I10")
    stage.desk.leave_to_meet(visit, late.memberships[0], 0)
    stage.decided(visit, 1, interest=212)
    stage.hero("upload_interest", late, "In yesterday's 835: paid late, with $2.12 of interest.")
