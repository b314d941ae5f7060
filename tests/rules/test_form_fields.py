"""Forms as data: what may be asked, and what the server takes for an answer (SCH-12)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.form_fields import (
    BadFields,
    Field,
    Option,
    ShownIf,
    check,
    clean,
    digest,
    from_json,
    from_lines,
    in_words,
    is_shown,
    to_json,
    to_lines,
)
from billing.form_words import Kind

LINES = """smokes * | yes_no | Do you smoke?
how_much * | one | How much? | little: A little; lots: A lot | if smokes = yes
since | date | Since when? | if smokes = yes
allergies | several | Allergies? | nuts: Nuts; bees: Bees
weight | number | Your weight in pounds
name * | signature | Your name"""
FIELDS = from_lines(LINES)


def test_SCH_12_lines_and_json_read_back_as_they_were_written():
    assert to_lines(FIELDS) == LINES
    assert from_json(to_json(FIELDS)) == FIELDS


def test_SCH_12_required_answers_are_enforced_where_they_are_asked():
    assert set(check(FIELDS, {})) == {"smokes", "name"}
    assert set(check(FIELDS, {"smokes": "yes", "name": "Testa Sample"})) == {"how_much"}
    assert check(FIELDS, {"smokes": "no", "name": "Testa Sample"}) == {}


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("smokes", "maybe"),
        ("how_much", "heaps"),
        ("since", "2026-02-30"),
        ("since", "tomorrow"),
        ("allergies", ["dogs"]),
        ("weight", "heavy"),
        ("name", "x" * 201),
    ],
)
def test_SCH_12_what_is_no_answer_is_refused(code: str, answer: object):
    whole = {"smokes": "yes", "how_much": "lots", "name": "Testa Sample", code: answer}
    assert code in check(FIELDS, whole)


def test_SCH_12_an_answer_to_what_is_not_asked_is_dropped():
    given_ = {
        "smokes": "no",
        "how_much": "lots",
        "name": " Testa ",
        "unknown": "x",
        "allergies": ["bees", "dogs"],
    }
    assert clean(FIELDS, given_) == {"smokes": "no", "name": "Testa", "allergies": ["bees"]}


def test_SCH_12_a_hidden_question_hides_what_hangs_on_it():
    chain = from_lines(
        "a | yes_no | A?\nb | yes_no | B? | if a = yes\nc * | text | C? | if b = yes"
    )
    assert not is_shown(chain[2], chain, {"a": "no", "b": "yes"})
    assert is_shown(chain[2], chain, {"a": "yes", "b": "yes"})


def test_SCH_12_a_digest_is_stable_and_tells_every_change():
    one = digest("Title", "Body", FIELDS)
    assert one == digest("Title", "Body", from_json(to_json(FIELDS)))
    assert (
        len(
            {
                one,
                digest("Titel", "Body", FIELDS),
                digest("Title", "Body.", FIELDS),
                digest("Title", "Body", FIELDS[1:]),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a | yes_no", "short name | kind | question"),
        ("a | magic | What?", "is no kind"),
        ("A b | text | What?", "small letters"),
        ("a | text | ", "no words"),
        ("a | one | What? | b: B", "two choices"),
        ("a | one | What? | b: B; b: C", "of its own"),
        ("a | one | What? | b; c", "like often"),
        ("a | text | What? | b: B; c: C", "only one or several"),
        ("a | text | What? | if b = yes", "not asked before"),
        ("a | yes_no | A?\na | text | B?", "twice"),
        ("a | yes_no | A?\nb | text | B? | if a = maybe", "never answered"),
    ],
)
def test_SCH_12_what_makes_no_form_is_said(line: str, fault: str):
    with pytest.raises(BadFields) as refused:
        from_lines(line)
    assert fault in str(refused.value)


def test_SCH_12_answers_in_words():
    assert in_words(FIELDS[3], ["nuts", "bees"]) == "Nuts, Bees"
    assert in_words(FIELDS[1], "lots") == "A lot"


CODES = st.sampled_from([field.code for field in FIELDS] + ["other"])
ANSWERS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["yes", "no", "lots", "nuts", "2026-01-01"]),
    st.lists(st.sampled_from(["nuts", "bees", "x"]), max_size=4),
    st.none(),
)


# Drawing the first text loads every letter that there is, which a busy machine calls slow.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(CODES, ANSWERS))
def test_SCH_12_whatever_is_sent_what_is_kept_is_what_was_asked(given_: dict[str, object]):
    kept = clean(FIELDS, given_)
    assert clean(FIELDS, kept) == kept
    wrong = check(FIELDS, kept)
    for field in FIELDS:
        if field.code in kept and field.code not in wrong:
            assert is_shown(field, FIELDS, kept)
        if field.required and is_shown(field, FIELDS, kept) and field.code not in kept:
            assert field.code in wrong


def test_SCH_12_a_field_written_by_hand_is_the_one_read():
    assert FIELDS[1] == Field(
        code="how_much",
        kind=Kind.ONE,
        label="How much?",
        required=True,
        options=(Option("little", "A little"), Option("lots", "A lot")),
        shown_if=ShownIf("smokes", "yes"),
    )
