"""SCH-14: from words on a card to suggestions; what the card does not say is never there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.card_ports import CardField, CardLine
from portal.services.read_card import Reading, read_card, understand

F = CardField
PAYERS = (
    "Blue Harbor Health Plan",
    "Blue Harbor Medicare Advantage",
    "Northwind Insurance",
    "Sample Mutual Health",
)


def line(text: str, x: float, y: float, *, size: float = 30, sure: float = 0.99) -> CardLine:
    width = len(text) * size * 0.5
    return CardLine(text=text, confidence=sure, left=x, top=y, right=x + width, bottom=y + size)


def read(*front: CardLine, back: tuple[CardLine, ...] = ()) -> Reading:
    return understand(front=front, back=back, payers=PAYERS)


def values(reading: Reading) -> dict[CardField, str]:
    return {field: found.value for field, found in reading.fields.items()}


def test_a_value_behind_its_label_in_one_line():
    reading = read(
        line("Member ID: XQH 123456789", 0, 0),
        line("Group No. 0098765-A1", 0, 50),
        line("Member: TESTA B SAMPLE", 0, 100),
        line("RxBIN: 610014 RxPCN: MEDDPRIME RxGrp: RX1234", 0, 150),
    )
    assert values(reading) == {
        F.MEMBER_ID: "XQH123456789",
        F.GROUP_NUMBER: "0098765-A1",
        F.SUBSCRIBER: "TESTA B SAMPLE",
        F.RX_BIN: "610014",
        F.RX_PCN: "MEDDPRIME",
        F.RX_GROUP: "RX1234",
    }


def test_a_value_in_the_next_column():
    reading = read(
        line("ID#", 0, 0),
        line("W1234 56789 01", 400, 3),
        line("GRP", 0, 50),
        line("12-345678", 400, 53),
    )
    assert values(reading) == {F.MEMBER_ID: "W12345678901", F.GROUP_NUMBER: "12-345678"}


def test_values_below_labels_in_two_columns():
    reading = read(
        line("Identification Number", 0, 0, size=20),
        line("Group", 600, 0, size=20),
        line("123456789", 0, 26, size=40),
        line("55501", 600, 26, size=40),
    )
    assert values(reading) == {F.MEMBER_ID: "123456789", F.GROUP_NUMBER: "55501"}


def test_a_value_centred_under_its_label():
    reading = read(line("Member ID", 300, 0, size=24), line("XYZ123456789", 262, 30, size=32))
    assert values(reading) == {F.MEMBER_ID: "XYZ123456789"}


def test_copays_as_a_table_and_as_a_list():
    table = read(
        line("Office Visit", 0, 0),
        line("$25", 500, 0),
        line("ER", 0, 40),
        line("20%", 500, 40),
        line("Urgent Care $75", 0, 80),
    )
    assert values(table) == {
        F.COPAY_OFFICE: "$25",
        F.COPAY_EMERGENCY: "20%",
        F.COPAY_URGENT: "$75",
    }
    listed = read(line("PCP/Specialist/ER $20/$40/20%", 0, 0))
    assert values(listed) == {
        F.COPAY_OFFICE: "$20",
        F.COPAY_SPECIALIST: "$40",
        F.COPAY_EMERGENCY: "20%",
    }


def test_SCH_14_what_is_not_there_stays_away():
    assert read() == Reading(fields={}, phones=())
    reading = read(
        line("Unknown Health Cooperative", 0, 0, size=60),
        line("Member ID", 0, 100),
        line("Group", 0, 150),
        line("Effective Date 01/01/2026", 0, 200),
        line("Member Services: call us", 0, 250),
        line("9876543210", 900, 600),  # no label points at it
    )
    assert values(reading) == {}


@pytest.mark.parametrize(
    "words",
    [
        "Group Name: ACME 123",
        "Health Plan (80840) 911-55501-04",
        "Payer ID 55501",
        "Plan Code 332",
        "Member ID 01/01/2026",
        "Member Services 1-800-555-0100",
        "Your plan may ask you to pay $25 at the office 12345",
    ],
)
def test_numbers_that_belong_to_others_are_not_taken(words):
    assert values(read(line(words, 0, 0))) == {}


def test_a_group_beside_the_pharmacy_numbers_is_the_pharmacys():
    reading = read(
        line("Group: 55501", 0, 0),
        line("BIN: 610014 PCN: ADV Group: RX77", 0, 300),
    )
    assert values(reading)[F.GROUP_NUMBER] == "55501"
    assert values(reading)[F.RX_GROUP] == "RX77"


def test_what_readers_confuse_is_mended_only_among_digits():
    assert values(read(line("RxBIN: 61OO14", 0, 0)))[F.RX_BIN] == "610014"
    assert values(read(line("Member ID: XQH12345O789", 0, 0)))[F.MEMBER_ID] == "XQH123450789"
    assert values(read(line("Member ID: 1EG4-TE5-MK73", 0, 0)))[F.MEMBER_ID] == "1EG4-TE5-MK73"
    assert values(read(line("Mernber lD: 123456789", 0, 0)))[F.MEMBER_ID] == "123456789"


def test_what_readers_lose_between_words_is_no_harm():
    assert values(read(line("Office $10Spec $o", 0, 0))) == {
        F.COPAY_OFFICE: "$10",
        F.COPAY_SPECIALIST: "$0",
    }
    assert values(read(line("ID NumberW5268 89798", 0, 0))) == {F.MEMBER_ID: "W526889798"}
    assert values(read(line("MemberID:123456789", 0, 0))) == {F.MEMBER_ID: "123456789"}
    assert values(read(line("Name: TESTA L.SAMPLE", 0, 0)))[F.SUBSCRIBER] == "TESTA L. SAMPLE"
    assert values(read(line("Name: Testa QMcSample", 0, 0)))[F.SUBSCRIBER] == "Testa Q McSample"


def test_a_persons_number_is_no_part_of_the_name():
    reading = read(line("NAME", 0, 0), line("01 TESTA SAMPLE", 0, 35))
    assert values(reading) == {F.SUBSCRIBER: "TESTA SAMPLE"}


def test_words_that_run_into_a_label_are_no_value():
    reading = read(
        line("RxGrp", 0, 0),
        line("RX1230", 400, 0),
        line("BS Plan Code", 0, 40),
        line("332", 400, 40),
    )
    assert values(reading) == {F.RX_GROUP: "RX1230"}


def test_no_number_is_the_value_of_two_labels():
    reading = read(
        line("ID", 0, 0),
        line("RxGrp", 600, 12),  # a little lower, as on a tilted card
        line("RX0285", 900, 6),
        line("W12345678", 0, 36),
    )
    assert values(reading) == {F.MEMBER_ID: "W12345678", F.RX_GROUP: "RX0285"}


def test_last_name_first_is_turned_round():
    assert values(read(line("Name: SAMPLE, TESTA B", 0, 0)))[F.SUBSCRIBER] == "TESTA B SAMPLE"


def test_the_payer_is_one_of_the_practices_list_or_nobody():
    found = read(line("Northwlnd Insurance", 0, 0, size=60)).fields[F.PAYER]
    assert found.value == "Northwind Insurance"
    assert F.PAYER not in read(line("Southwind Assurance Society", 0, 0, size=60)).fields
    brand = read(line("Blue Harbor", 0, 0, size=60)).fields[F.PAYER]
    assert brand.confidence < 0.7  # two of the list begin so


def test_a_plan_without_a_label_is_a_weak_suggestion():
    reading = read(line("Northwind Insurance", 0, 0, size=60), line("Choice PPO", 500, 90))
    assert values(reading)[F.PLAN] == "Choice PPO"
    assert reading.fields[F.PLAN].confidence < 0.75


def test_two_answers_make_both_less_sure():
    once = read(line("Member ID: 123456789", 0, 0)).fields[F.MEMBER_ID]
    twice = read(
        line("Member ID: 123456789", 0, 0), back=(line("Member ID: 123456780", 0, 0),)
    ).fields[F.MEMBER_ID]
    assert twice.value == once.value
    assert twice.confidence < 0.75 < once.confidence


def test_phones_are_listed_once():
    reading = read(
        line("Members call 1-800-555-0100 or (888) 555-0101", 0, 0),
        back=(line("Providers: 800.555.0100", 0, 0),),
    )
    assert [phone.value for phone in reading.phones] == ["800-555-0100", "888-555-0101"]


def test_both_sides_are_read():
    class Reader:
        def lines(self, content: bytes) -> tuple[CardLine, ...]:
            return (line(content.decode(), 0, 0),)

    reading = read_card(
        reader=Reader(), front=b"Member ID: 123456789", back=b"RxBIN: 610014", payers=PAYERS
    )
    assert values(reading) == {F.MEMBER_ID: "123456789", F.RX_BIN: "610014"}
    alone = read_card(reader=Reader(), front=b"RxBIN: 610014", back=None, payers=())
    assert values(alone) == {F.RX_BIN: "610014"}


WORDS = (
    *("Member", "ID", "Group", "RxBIN", "PCN", "$25", "ER", "/", ":", "#", "123456789", "SAMPLE"),
    *("TESTA", ",", "01/01/2026", "Plan", "\x00", "é", "会员", "%", "-", "PPO", "Rx", "A4"),
)
LINES = st.builds(
    line,
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    st.integers(-50, 2000),
    st.integers(-50, 2000),
    size=st.integers(0, 200),
    sure=st.floats(0, 1),
)


# A value is made of whole words of the card, whatever their order.
SAID = re.compile("|".join(re.escape(word.upper()) for word in WORDS) + "| ")


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=12), st.lists(LINES, max_size=4))
def test_SCH_14_any_words_anywhere_give_a_reading_of_what_they_say(front, back):
    reading = understand(front=front, back=back, payers=PAYERS)
    for field, found in reading.fields.items():
        assert 0 <= found.confidence <= 1
        assert field is not F.PAYER
        assert SAID.sub("", found.value.upper()) == ""
