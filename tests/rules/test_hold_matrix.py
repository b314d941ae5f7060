"""CORE-6: the rule's own table, word by word, against the gate's answers (17 conditions, 6 actions)."""

import pytest

from billing.holds import (
    MATRIX,
    NEEDED,
    Action,
    Allowed,
    Condition,
    Denied,
    Effect,
    allowed,
    rule_of,
)

# As the rule is written; only the third column of the law was added: the id that each row denies with.
RULE = """
| claim not adjudicated / secondary pending | X | X | X | X | X | X (except copay prepay) | STMT-1 |
| Medicaid covered service / QMB cost share | X | X | X | X | X | X | STMT-23 |
| insurance appeal pending (patient or provider) | W "on hold" | X | X | X | X | ok if patient asked | COLL-22 |
| patient dispute open | W (disputed part shown, not due) | X | X | X | X | X for disputed part | DISP-1 |
| FA application pending or incomplete (within 240 d) | W | X | X | X | X | ok, patient may pause | FA-12 |
| GFE dispute (PPDR) open | X for disputed item | X | X | X | X | X | NSA-7 |
| bankruptcy notice / discharge | X | X | X | X, recall | X | X, cancel | COLL-24 |
| deceased, no estate contact | X (60 d) | X | X | X | X | X, cancel | COLL-25 |
| minor is account holder | X to minor; to guarantor ok | X | X | X | X | guarantor only | COLL-26 |
| VA-authorised community care | X | X | X | X | X | X | COLL-28 |
| accepted workers' comp | X | X | X | X | X | X | COLL-29 |
| payment plan in good standing | plan statement only | due-date notice only | X | X | X | ok | PLAN-16 |
| SCRA active duty | ok | ok | manual review | manual review | X until affidavit | ok, 0% | COLL-27 |
| attorney-represented | to attorney | X | X | manual review | manual review | ok | COLL-17 |
| address/phone bad, all channels bounced | hold + skip trace | X | X | X (D0 invalid) | X | ok | CORE-3 |
| balance < small-balance floor | X | X | X | X | X | n/a | OPS-19 |
| credit balance | refund notice only | X | X | X | X | X | STMT-11 |
| placed at agency | X (agency speaks) | X (see MSG-15) | X | n/a | n/a | X unless recalled | COLL-19 |
"""
CONDITIONS = {
    "claim not adjudicated / secondary pending": Condition.OPEN_CLAIM,
    "Medicaid covered service / QMB cost share": Condition.MEDICAID_QMB,
    "insurance appeal pending (patient or provider)": Condition.APPEAL_OPEN,
    "patient dispute open": Condition.DISPUTED,
    "FA application pending or incomplete (within 240 d)": Condition.ASSISTANCE_PENDING,
    "GFE dispute (PPDR) open": Condition.GFE_DISPUTE,
    "bankruptcy notice / discharge": Condition.BANKRUPTCY,
    "deceased, no estate contact": Condition.DECEASED,
    # With a guarantor named, the account is the guarantor's and no minor holds it.
    "minor is account holder": Condition.MINOR_UNNAMED,
    "VA-authorised community care": Condition.VETERANS_AFFAIRS,
    "accepted workers' comp": Condition.WORKERS_COMP,
    "payment plan in good standing": Condition.PLAN_CURRENT,
    "SCRA active duty": Condition.SCRA,
    "attorney-represented": Condition.ATTORNEY,
    "address/phone bad, all channels bounced": Condition.UNREACHABLE,
    "balance < small-balance floor": Condition.BELOW_FLOOR,
    "credit balance": Condition.CREDIT_BALANCE,
    "placed at agency": Condition.PLACED,
}
ACTIONS = (
    Action.STATEMENT,
    Action.REMINDER,
    Action.FINAL_NOTICE,
    Action.PLACEMENT,
    Action.LAWSUIT,
    Action.DRAFT,
)
# What the words of a cell mean. All else that begins with X blocks, with W rewords, with ok is free.
WORDS = {
    "ok if patient asked": Effect.UNTIL,
    "X (60 d)": Effect.UNTIL,
    "X until affidavit": Effect.UNTIL,
    "manual review": Effect.UNTIL,
    "to attorney": Effect.UNTIL,
    "guarantor only": Effect.BLOCK,
    "plan statement only": Effect.REWORD,
    "due-date notice only": Effect.BLOCK,  # a plan's own notice of a due day is no bill reminder
    "hold + skip trace": Effect.BLOCK,
    "refund notice only": Effect.REWORD,
    "n/a": Effect.BLOCK,  # what cannot be asked is never answered with yes
}


def _effect(words: str) -> Effect:
    if words in WORDS:
        return WORDS[words]
    first = {"X": Effect.BLOCK, "W": Effect.REWORD, "o": Effect.OK}
    return first[words[0]]


def _cells() -> list[tuple[Condition, Action, str, str]]:
    found = []
    for line in RULE.strip().splitlines():
        name, *cells, rule = (part.strip() for part in line.strip("|").split("|"))
        assert len(cells) == len(ACTIONS)
        found += [
            (CONDITIONS[name], action, words, rule)
            for action, words in zip(ACTIONS, cells, strict=True)
        ]
    return found


CELLS = _cells()


def test_CORE_6_the_table_is_whole() -> None:
    # Seventeen rows in the rule; VA and workers' compensation share one and deny by two rules.
    assert len(CELLS) == 18 * 6
    assert len({(condition, action) for condition, action, _, _ in CELLS}) == len(CELLS)


@pytest.mark.parametrize(
    ("condition", "action", "words", "rule"),
    CELLS,
    ids=[f"{condition}-{action}" for condition, action, _, _ in CELLS],
)
def test_CORE_6_cell(condition: Condition, action: Action, words: str, rule: str) -> None:
    effect = _effect(words)
    if "see MSG-15" in words:
        rule = "MSG-15"
    answer = allowed({condition}, action, unproven=())
    cleared = allowed({condition}, action, unproven=(), cleared={condition})
    denied = Denied((rule,), frozenset({condition}))
    if effect is Effect.BLOCK:
        assert answer == cleared == denied
    elif effect is Effect.UNTIL:
        assert (answer, cleared) == (denied, Allowed())
        assert NEEDED[condition, action]
    elif effect is Effect.REWORD:
        assert answer == cleared == Allowed(frozenset({condition}))
    else:
        assert answer == cleared == Allowed()


X, W, U, OK = Effect.BLOCK, Effect.REWORD, Effect.UNTIL, Effect.OK
# Our own conditions under the columns that lead to an agency: final notice, placement, lawsuit; call.
OWN = {
    Condition.REVIEW: ((X, X, X, OK), "OPS-8"),
    Condition.BILL_HELD: ((X, X, X, X), "STMT-5"),
    Condition.RECEIPTS_MISSING: ((X, X, X, X), "STMT-1"),
    Condition.RECEIPTS_BEHIND: ((X, X, X, X), "STMT-12"),
    Condition.DO_NOT_CONTACT: ((U, U, U, X), "COLL-17"),
    Condition.PAYMENT_TAKEN_BACK: ((X, X, X, OK), "PAY-13"),
    Condition.PROMISED: ((X, X, X, X), "COLL-13"),
    Condition.COVERAGE_CHANGED: ((X, X, X, X), "STMT-1"),
    Condition.NO_SMS_CONSENT: ((OK, OK, OK, OK), "MSG-1"),
    Condition.NO_ESTATEMENT_CONSENT: ((OK, OK, OK, OK), "MSG-24"),
}
CALLS = {
    Condition.OPEN_CLAIM: X,
    Condition.MEDICAID_QMB: X,
    Condition.APPEAL_OPEN: X,
    Condition.DISPUTED: X,
    Condition.ASSISTANCE_PENDING: X,
    Condition.GFE_DISPUTE: X,
    Condition.BANKRUPTCY: X,
    Condition.DECEASED: X,
    Condition.MINOR_UNNAMED: X,
    Condition.VETERANS_AFFAIRS: X,
    Condition.WORKERS_COMP: X,
    Condition.PLAN_CURRENT: X,
    Condition.SCRA: OK,
    Condition.ATTORNEY: X,
    Condition.UNREACHABLE: OK,
    Condition.BELOW_FLOOR: X,
    Condition.CREDIT_BALANCE: X,
    Condition.PLACED: X,
}
OWN_COLUMNS = (Action.FINAL_NOTICE, Action.PLACEMENT, Action.LAWSUIT, Action.CALL)
OWN_CELLS = [
    (condition, action, effect, rule)
    for condition, (effects, rule) in OWN.items()
    for action, effect in zip(OWN_COLUMNS, effects, strict=True)
]


def test_CORE_6_every_condition_stands_in_the_rules_table_or_in_our_own() -> None:
    assert set(CONDITIONS.values()) | set(OWN) == set(Condition)
    assert not set(CONDITIONS.values()) & set(OWN)
    assert set(CALLS) == set(CONDITIONS.values())


@pytest.mark.parametrize(("condition", "action", "effect", "rule"), OWN_CELLS)
def test_CORE_6_own_cell(condition: Condition, action: Action, effect: Effect, rule: str) -> None:
    assert MATRIX[condition][action] is effect
    assert rule_of(condition, action) == rule
    answer = allowed({condition}, action, unproven=())
    assert (answer == Allowed()) is (effect is OK)


@pytest.mark.parametrize(("condition", "effect"), CALLS.items())
def test_COLL_14_a_person_calls_about_no_bill_that_is_held(
    condition: Condition, effect: Effect
) -> None:
    answer = allowed({condition}, Action.CALL)
    assert (answer == Allowed()) is (effect is OK)


def test_CORE_6_what_opens_a_cell_is_said_for_each_and_for_no_other() -> None:
    until = {
        (condition, action)
        for condition, row in MATRIX.items()
        for action, effect in row.items()
        if effect is Effect.UNTIL
    }
    assert until == set(NEEDED)
