"""Letters with required words: fields, language, grade, forbidden words; every letter in both languages (COLL-4, 12, 20, 33, FA-10)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from billing.holds import Action, Condition
from billing.money import Money
from billing.notice_lint import faults_of, faults_of_text, unnamed_agency
from billing.notice_shipped import FLAGS, FRAME, STATE_BLOCKS, WORDS
from billing.notice_text import (
    LANGUAGES,
    UnknownField,
    Words,
    fields_in,
    hash_of,
    made_letter,
    sentences_of,
    text_of,
)
from billing.notices import (
    ECA_DONE,
    REQUIRED,
    WARNINGS,
    EcaType,
    Field,
    NoticeKind,
    WrongField,
    action_of,
    checked,
    fields_of,
    that_bar,
)
from billing.state_pack import COLL_33
from billing.text_templates import TEMPLATES
from tests.reading_grade import reading_grade

ON = date(2026, 3, 2)
BY = date(2026, 5, 1)
FRAME_VALUES = {
    "practice": "Sample Family Practice",
    "phone": "(202) 555-0100",
    "hours": "Monday to Friday, 9 to 5",
    "assistance_phone": "(202) 555-0101",
    "assistance_url": "https://bills.example.com/help-paying",
    "portal_url": "https://bills.example.com",
    "name": "Testa Sample",
    "account_number": "4200017",
}
SENTENCES = {
    "en": {
        "reason": "Your health plan has not yet told us what it will pay.",
        "finding": "You are right. We billed this visit two times.",
        "about": "the bill of March 2",
        "outcome": "You get help: 75% of these bills is taken off.",
        "policy_line": "we help people whose income is less than three times the guideline.",
        "plan": "You can pay what is left in 12 payments of $20.00.",
    },
    "es": {
        "reason": "Su seguro todavía no nos dijo cuánto va a pagar.",
        "finding": "Tiene razón. Cobramos esta consulta dos veces.",
        "about": "la factura del 2 de marzo",
        "outcome": "Recibe ayuda: quitamos el 75% de estas facturas.",
        "policy_line": "ayudamos a quien gana menos de tres veces la guía.",
        "plan": "Puede pagar lo que queda en 12 pagos de $20.00.",
    },
}
VALUES = {Field.DAY: BY, Field.MONEY: Money(18240), Field.COUNT: 3, Field.FLAG: True}
LINES = {
    "en": ("A copy of your last pay stub.", "A letter from your job."),
    "es": ("Una copia de su último talón de pago.", "Una carta de su trabajo."),
}
INTENTS = (frozenset(), frozenset({"placement"}), frozenset({"placement", "lawsuit"}))


def facts_of(kind: NoticeKind, language: str = "en", *, every: bool = True) -> dict:
    names = fields_of(kind) if every else REQUIRED[kind]
    return {name: _value(name, names[name], language) for name in names}


def _value(name: str, kind: Field, language: str):
    if kind is Field.LINES:
        return LINES[language]
    if kind is Field.WORDS:
        return SENTENCES[language].get(name, "Sample Recovery 12")
    return VALUES[kind]


def letter(kind: NoticeKind, language: str, intended=frozenset(), *, every: bool = True) -> Words:
    facts = facts_of(kind, language, every=every)
    if kind is NoticeKind.FINAL_NOTICE and "placement" not in intended:
        facts = {k: v for k, v in facts.items() if k not in {"agency", "email", "email_no_by"}}
    flags = {f"names_{one}" for one in intended} | ({"names_any"} if intended else set())
    return made_letter(
        WORDS[language][kind],
        facts=checked(kind, facts, intended=intended, on=ON),
        types=fields_of(kind),
        frame=FRAME_VALUES,
        flags=frozenset(flags),
        language=language,
    )


EVERY = [
    (kind, language, intended)
    for kind, language in product(NoticeKind, LANGUAGES)
    for intended in (INTENTS if kind in WARNINGS else INTENTS[:1])
]


@pytest.mark.parametrize(("kind", "language", "intended"), EVERY)
def test_STMT_14_FA_10_every_letter_reads_at_grade_8_or_lower(kind, language, intended):
    said = sentences_of(letter(kind, language, intended))
    if language == "en":
        assert reading_grade(said) <= 8, f"{reading_grade(said):.1f}: {said}"
    words = [len(one.split()) for line in said.split("\n") for one in line.split(". ")]
    assert sum(words) / len(words) <= 20  # words in a sentence, on average


@pytest.mark.parametrize(("kind", "language", "intended"), EVERY)
def test_COLL_12_no_letter_says_what_none_may(kind, language, intended):
    said = text_of(letter(kind, language, intended))
    assert faults_of(said, intended) == ()
    assert not (kind in WARNINGS and unnamed_agency(said, intended))
    assert "{" not in said


@pytest.mark.parametrize(("kind", "language"), list(product(NoticeKind, LANGUAGES)))
def test_LANG_3_every_language_says_every_required_field_and_no_other(kind, language):
    named = fields_in(WORDS[language][kind])
    assert set(REQUIRED[kind]) <= named
    assert named <= set(fields_of(kind)) | FRAME | FLAGS
    assert len(WORDS[language][kind]["blocks"]) == len(WORDS["en"][kind]["blocks"])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in NoticeKind for name in REQUIRED[kind]]
)
def test_FA_10_COLL_4_a_missing_or_wrong_field_is_refused_by_its_name(kind, name):
    facts = facts_of(kind, every=False)
    with pytest.raises(WrongField) as missing:
        checked(kind, {k: v for k, v in facts.items() if k != name}, intended=(), on=ON)
    assert missing.value.field == name
    for wrong in ("", None, 1.5, ()):
        with pytest.raises(WrongField) as refused:
            checked(kind, facts | {name: wrong}, intended=(), on=ON)
        assert refused.value.field == name


def test_an_unknown_field_is_refused_by_its_name():
    with pytest.raises(WrongField, match="diagnosis"):
        checked(NoticeKind.RETURNED_MAIL, {"sent": ON, "diagnosis": "none"}, intended=(), on=ON)


def warning(**changed) -> dict:
    return {"amount": Money(5000), "bills": ("March 2: $50.00",), "deadline": BY} | changed


def test_COLL_4_the_last_day_is_at_least_30_days_after_the_letter_leaves():
    checked(NoticeKind.FINAL_NOTICE, warning(deadline=date(2026, 4, 6)), intended=(), on=ON)
    with pytest.raises(WrongField, match="deadline"):
        checked(NoticeKind.FINAL_NOTICE, warning(deadline=date(2026, 4, 5)), intended=(), on=ON)


def test_COLL_20_the_agency_gets_an_address_only_with_35_days_to_say_no():
    handoff = warning(
        agency="Sample Recovery", email="t@example.com", email_no_by=date(2026, 4, 11)
    )
    checked(NoticeKind.FINAL_NOTICE, handoff, intended={"placement"}, on=ON)
    for wrong, field in (
        (handoff | {"email_no_by": date(2026, 4, 10)}, "email_no_by"),
        ({k: v for k, v in handoff.items() if k != "email_no_by"}, "email_no_by"),
    ):
        with pytest.raises(WrongField, match=field):
            checked(NoticeKind.FINAL_NOTICE, wrong, intended={"placement"}, on=ON)
    with pytest.raises(WrongField, match="email"):
        checked(NoticeKind.FINAL_NOTICE, handoff, intended=(), on=ON)
    said = text_of(letter(NoticeKind.FINAL_NOTICE, "en", frozenset({"placement"})))
    assert "If you do not want this, tell us by May 1, 2026" in said


def test_COLL_1_and_30_nothing_is_named_that_the_product_cannot_do():
    assert {EcaType.LAWSUIT} == ECA_DONE
    assert len(EcaType) == 9
    for action in set(EcaType) - ECA_DONE:
        with pytest.raises(WrongField, match="eca_types"):
            checked(NoticeKind.FINAL_NOTICE, warning(), intended={action.value}, on=ON)
    with pytest.raises(WrongField, match="eca_types"):
        checked(NoticeKind.RETURNED_MAIL, {"sent": ON}, intended={"placement"}, on=ON)


def test_COLL_4_each_intended_step_is_named_and_no_other_or_none_said_plainly():
    none = text_of(letter(NoticeKind.FINAL_NOTICE, "en"))
    agency = text_of(letter(NoticeKind.FINAL_NOTICE, "en", INTENTS[1]))
    both = text_of(letter(NoticeKind.FINAL_NOTICE, "en", INTENTS[2]))
    assert "We do not plan to send these bills to an agency or to a court." in none
    assert "Ask a collection agency" in agency
    assert "lawsuit" not in agency
    assert "Ask a collection agency" in both
    assert "File a lawsuit" in both
    for said in (none, agency, both):
        assert "Help with your bills in plain words" in said  # the summary is in the envelope
        assert FRAME_VALUES["assistance_phone"] in said
        assert FRAME_VALUES["assistance_url"] in said  # STMT-7


@pytest.mark.parametrize(
    "threat",
    [
        "Write to our Legal Department.",
        "The Collection Department of Sample Recovery",
        "This is the final notice before legal action.",
        "You could be arrested.",
        "We may sue you.",
        "This can hurt your credit.",
        "Le podemos embargar el sueldo.",
        "Podemos ir ante el tribunal.",
    ],
)
def test_COLL_12_another_name_or_an_untrue_threat_is_found(threat):
    assert faults_of(threat, frozenset({"placement"}))


def test_COLL_12_a_lawsuit_may_be_spoken_of_only_where_it_is_intended():
    assert faults_of("We may file a lawsuit.", {"lawsuit"}) == ()
    assert faults_of("We may file a lawsuit.", {"placement"})
    assert unnamed_agency("A collection agency may call.", set())


def test_MSG_16_no_text_says_legal_credit_or_collections():
    assert faults_of_text("This goes to collections") == ("collect",)
    for template in TEMPLATES.values():
        for words in template.values():
            assert faults_of_text(str(words)) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_COLL_33_the_sentence_of_california_stands_byte_for_byte(language):
    [block] = STATE_BLOCKS[language]["CA"]
    assert block["paragraphs"] == [COLL_33]


def test_CORE_6_a_warning_asks_for_a_final_notice_and_an_answer_is_not_held_with_its_bill():
    held = frozenset({Condition.DISPUTED, Condition.ASSISTANCE_PENDING, Condition.DECEASED})
    assert action_of(NoticeKind.FINAL_NOTICE) is Action.FINAL_NOTICE
    assert that_bar(NoticeKind.FINAL_NOTICE, held) == held
    assert that_bar(NoticeKind.PLAN_DEFAULT, held) == held
    assert that_bar(NoticeKind.DISPUTE_ANSWER, held) == {Condition.DECEASED}


def test_a_template_that_reaches_past_its_fields_is_refused():
    words = Words(title="x", blocks=[{"paragraphs": ["{phone.__class__}"]}])
    assert fields_in(words) == {"phone.__class__"}
    with pytest.raises(UnknownField):
        made_letter(
            Words(title="{nothing}", blocks=[]), facts={}, types={}, frame={}, flags=frozenset(),
            language="en",
        )  # fmt: skip


def test_the_hash_changes_with_a_word_and_not_with_the_order_of_keys():
    one = Words(title="a", blocks=[{"heading": "h", "paragraphs": ["p"]}])
    other = Words(blocks=[{"paragraphs": ["p"], "heading": "h"}], title="a")
    assert hash_of(one) == hash_of(other)
    assert hash_of(one) != hash_of(Words(title="b", blocks=one["blocks"]))
