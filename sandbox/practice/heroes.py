"""The people whose stories the tour tells: what they owe, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.practice import catalogue
from sandbox.practice.households import child_of
from sandbox.practice.model import Patient
from sandbox.practice.stage import Stage


def tell_heroes(stage: Stage) -> None:
    """Everybody a visitor of the demo meets by name."""
    _testa(stage)
    _devon(stage)
    modela = _mother(stage)
    _two_plans(stage)
    _in_process(stage)
    _credit(stage)
    _decided_again(stage)
    _being_decided_again(stage)
    _teenager(stage, modela)
    _spelled_twice(stage)


def _testa(stage: Stage) -> None:
    testa = stage.adult("Testa Sample F", 41, catalogue.ACME_CLASSIC)
    card = testa.memberships[0]
    checkup = stage.visit(testa, 118, "99396 90686 90471", diagnosis="Z0000")
    stage.decided(checkup, 99)
    office = stage.visit(testa, 33, "99214", diagnosis="I10")
    stage.desk.leave_to_meet(office, card, 5_000)
    stage.decided(office, 8)
    wound = stage.visit(testa, 26, "12001", diagnosis="S61219A")
    stage.decided(wound, 8)
    stage.visit(testa, 9, "99213 71046", diagnosis="R05")
    stage.hero(
        "testa",
        testa,
        "Owes $50.00 of her deductible and a share of a second bill. Her statement is in the mail,"
        " with a code to enrol with. An X-ray is still with her insurer.",
    )


def _devon(stage: Stage) -> None:
    devon = stage.adult("Devon Demo M", 36, catalogue.ACME_CHOICE, estatement_consent=True)
    card = devon.memberships[0]
    cold = stage.visit(devon, 96, "99213 87804", copay=2_500)
    stage.desk.leave_to_meet(cold, card, 30_000)
    answer = stage.decided(cold, 78)
    stage.receive(cold, stage.ago(52), answer.owed - 2_500, "balance")
    blood = stage.visit(devon, 40, "99214 36415 80053 80061", diagnosis="E785", copay=2_500)
    stage.decided(blood, 22)
    ankle = stage.visit(devon, 16, "99213 73610", diagnosis="S93401A", copay=2_500)
    stage.decided(ankle, 1)
    stage.hero(
        "devon",
        devon,
        "Already signed up. His copay was taken at the desk; the blood tests are his deductible."
        " Yesterday's remittance, still to be posted, decides his ankle X-ray.",
    )


def _mother(stage: Stage) -> Patient:
    modela = stage.adult("Modela Example F", 35, catalogue.BLUEBIRD_FAMILY, estatement_consent=True)
    card, contact = modela.memberships[0], modela.contact
    assert contact is not None
    children = []
    for name, age, sex in (("Sampleton", 8, "M"), ("Betaline", 4, "F")):
        person = stage.somebody(name, "Example", age, sex, modela.person.address)
        covered = replace(card, relationship="19")
        children.append(
            stage.town.patient(person, (covered,), child_of(person, modela.person, contact))
        )
    son, daughter = children
    own = stage.visit(modela, 61, "99213 36415 84443", diagnosis="E039")
    stage.decided(own, 43)
    strep = stage.visit(son, 36, "99213 87880", diagnosis="J029")
    stage.decided(strep, 15)
    checkup = stage.visit(daughter, 34, "99392 90686 90471", diagnosis="Z00129")
    stage.decided(checkup, 15)
    stage.visit(daughter, 10, "99213", diagnosis="H6690")
    stage.hero(
        "mother",
        modela,
        "Already signed up. Her own bill and those of her two children under 12 stand on one"
        " statement; her daughter's ear visit is still with the insurer.",
    )
    return modela


def _two_plans(stage: Stage) -> None:
    senior = stage.adult("Fictor Placeholder M", 71, catalogue.MEDICARE_B, catalogue.GOLDEN_GAP)
    visit = stage.visit(senior, 50, "99214 93000", diagnosis="R079")
    stage.desk.leave_to_meet(visit, senior.memberships[0], 4_000)
    first = stage.decided(visit, 33, status="19", crossover_to=catalogue.GOLDEN, remarks=("MA18",))
    second = stage.desk.decide_second(first, on=stage.pay_day(senior.memberships[1], 15))
    stage.tell(second)
    stage.hero(
        "two_plans",
        senior,
        "Medicare answered first and sent the claim on; his supplement paid the coinsurance."
        " Only the Medicare deductible is left.",
    )
    adult = stage.adult("Practica Fixture F", 52, catalogue.BLUEBIRD_PPO, catalogue.EVERGREEN_HMO)
    knee = stage.visit(adult, 64, "99213 20610", diagnosis="M1711", copay=3_000)
    stage.desk.leave_to_meet(knee, adult.memberships[0], 2_000)
    first = stage.decided(knee, 46)
    stage.send_to_second(first, 43)
    stage.tell(stage.desk.decide_second(first, on=stage.pay_day(adult.memberships[1], 22)))
    stage.hero("separate_second", adult, "We asked her second plan ourselves; it paid half.")
    both = stage.adult(
        "Typica Quuxley F", 68, catalogue.MEDICARE_B, catalogue.MEDICAID_PLAN, mobile=""
    )
    care = stage.visit(both, 57, "99213 81002", diagnosis="N390")
    first = stage.decided(care, 40)
    stage.send_to_second(first, 36)
    stage.tell(stage.desk.decide_second(first, on=stage.pay_day(both.memberships[1], 15)))
    stage.hero("medicaid", both, "Medicare and Medicaid: she owes nothing, ever.")


def _in_process(stage: Stage) -> None:
    waiting = stage.adult("Draftina Standin F", 29, catalogue.EVERGREEN_HMO)
    for days_ago, codes, diagnosis in ((13, "99213", "J069"), (6, "99214 94010", "J45909")):
        stage.visit(waiting, days_ago, codes, diagnosis=diagnosis, copay=2_000)
    stage.hero("in_process", waiting, "Both claims are with her insurer: nothing is due.")


def _credit(stage: Stage) -> None:
    generous = stage.adult("Protobert Specimen M", 47, catalogue.ACME_CHOICE)
    visit = stage.visit(generous, 47, "99213", copay=4_000)
    stage.decided(visit, 29)
    stage.hero("credit", generous, "Paid $40.00 at the desk; his plan says $25.00: $15.00 is his.")


def _decided_again(stage: Stage) -> None:
    ima = stage.adult("Ima Testerson F", 33, catalogue.ACME_CLASSIC)
    visit = stage.visit(ima, 58, "99214", diagnosis="I10")
    stage.desk.leave_to_meet(visit, ima.memberships[0], 150_000)
    first = stage.decided(visit, 36)
    stage.reverse(first, stage.pay_day(ima.memberships[0], 8))
    stage.desk.leave_to_meet(visit, ima.memberships[0], 3_500)
    stage.decided(visit, 8)
    stage.hero(
        "decided_again",
        ima,
        "Her plan took back its first decision and made a new one: $35.00 instead of $130.00.",
    )


def _being_decided_again(stage: Stage) -> None:
    varia = stage.adult("Varia Prototype F", 55, catalogue.EVERGREEN_HMO)
    visit = stage.visit(varia, 66, "99214 94010 94640", diagnosis="J45909", copay=2_000)
    first = stage.decided(visit, 46)
    stage.reverse(first, stage.pay_day(varia.memberships[0], 8) - timedelta(days=1))
    stage.hero(
        "being_decided_again",
        varia,
        "Her plan took its decision back and has not answered again: not due until it does.",
    )


def _teenager(stage: Stage, mother: Patient) -> None:
    """From 12 a child has an account apart; a parent sees it by a grant of the office (HIPAA-9)."""
    assert mother.contact is not None
    person = stage.somebody("Teenara", "Example", 15, "F", mother.person.address)
    card = replace(mother.memberships[0], relationship="19")
    teen = stage.town.patient(person, (card,), child_of(person, mother.person, mother.contact))
    stage.decided(stage.visit(teen, 45, "99213 87880", diagnosis="J029"), 22)
    stage.hero(
        "teenager",
        teen,
        "Fifteen: her bills stand apart from her mother's, who sees them because the office allowed"
        " it. What she asks to keep private never shows there.",
    )


def _spelled_twice(stage: Stage) -> None:
    """The desk made a second chart under her short name; both send claims (ID-5)."""
    first = stage.adult("Roberta Facsimile F", 44, catalogue.ACME_CHOICE)
    stage.decided(stage.visit(first, 74, "99213", diagnosis="J069", copay=2_500), 50)
    stage.town.names.reserve("Bobbie", "Facsimile")
    person = replace(first.person, first="Bobbie")
    card = replace(first.memberships[0], subscriber=person)
    second = stage.town.patient(person, (card,), stage.reachable(person))
    stage.decided(stage.visit(second, 30, "99214", diagnosis="I10", copay=2_500), 15)
    stage.hero(
        "spelled_twice",
        second,
        "One woman, two charts: staff see both records side by side and merge them.",
    )
