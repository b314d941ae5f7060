"""Every code has one bucket, an actor, a next step and a sentence that a 13-year-old can read."""

import re

import pytest

from billing import carc_english
from billing.carc import AUTOMATIC_PATIENT_SHARE, Bucket, bucket_of, explain, remark_sentence
from billing.carc_codes import CARC, RARC, Bills, Category
from tests.reading_grade import reading_grade

OPS_7 = [
    "26",
    "27",
    "31",
    "32",
    "140",
    "177",
    "200",
    "109",
    "15",
    "39",
    "197",
    "198",
    "165",
    "243",
    "288",
    "19",
    "20",
    "21",
    "22",
    "23",
    "136",
    "B11",
    "16",
    "129",
    "107",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "97",
    "146",
    "181",
    "182",
    "199",
    "234",
    "236",
    "50",
    "55",
    "150",
    "151",
    "226",
    "252",
    "29",
    "18",
    "B13",
    "170",
    "185",
    "208",
    "B7",
    "49",
    "96",
    "119",
    "149",
    "167",
    "204",
    "24",
    "45",
    "59",
    "131",
    "144",
    "222",
    "253",
    "256",
]
SENTENCES = {
    **carc_english.CARC_SENTENCES,
    **carc_english.RARC_SENTENCES,
    "unknown": carc_english.UNKNOWN_CARC,
    "unknown remark": carc_english.UNKNOWN_RARC,
    "in review": carc_english.PATIENT_GROUP_IN_REVIEW,
    "PR-45": carc_english.PATIENT_GROUP_45,
}


@pytest.mark.parametrize("code", SENTENCES)
def test_STMT_14_every_sentence_reads_at_grade_8_or_lower(code: str) -> None:
    text = SENTENCES[code]
    assert reading_grade(text) <= 8, f"{code}: {reading_grade(text):.1f}"
    assert "!" not in text
    assert not re.search(r"\b(adjudicat|contractual allowance|past due)", text, re.IGNORECASE)


@pytest.mark.parametrize("code", OPS_7)
def test_OPS_7_every_listed_code_has_category_and_actor(code: str) -> None:
    assert CARC[code].category in Category
    assert explain("CO", code).next_step


def test_every_code_and_remark_has_a_sentence() -> None:
    assert set(CARC) == set(carc_english.CARC_SENTENCES)
    assert set(RARC) == set(carc_english.RARC_SENTENCES)
    assert set(Category) == set(carc_english.NEXT_STEPS)


@pytest.mark.parametrize(
    ("group", "carc", "bucket"),
    [
        ("CO", "45", Bucket.PLAN_DISCOUNT),
        ("CO", "253", Bucket.PLAN_DISCOUNT),
        ("CO", "24", Bucket.PLAN_DISCOUNT),
        ("CO", "256", Bucket.PLAN_DISCOUNT),
        ("CO", "29", Bucket.PROVIDER_RESPONSIBILITY),
        ("CO", "97", Bucket.PROVIDER_RESPONSIBILITY),
        ("OA", "23", Bucket.OTHER_INSURANCE),
        ("PR", "1", Bucket.DEDUCTIBLE),
        ("PR", "2", Bucket.COINSURANCE),
        ("PR", "3", Bucket.COPAY),
        ("PR", "96", Bucket.NOT_COVERED),
        ("PR", "B1", Bucket.NOT_COVERED),
        ("PR", "45", Bucket.OUT_OF_NETWORK),
        ("PR", "275", Bucket.PRIOR_PLAN_SHARE),
        ("CO", "275", Bucket.PRIOR_PLAN_SHARE),
        ("CO", "104", Bucket.WITHHELD),
        ("PI", "133", Bucket.PAYER_INITIATED),
        ("PR", "999", Bucket.UNKNOWN),
    ],
)
def test_STMT_3_bucket_table(group: str, carc: str, bucket: Bucket) -> None:
    assert bucket_of(group, carc) is bucket


@pytest.mark.parametrize("group", ["CO", "PI", "OA", "CR", ""])
def test_CODE_1_no_other_group_ever_bills_a_patient(group: str) -> None:
    assert all(explain(group, carc).bills is Bills.NEVER for carc in [*CARC, "999"])


def test_OPS_8_only_deductible_coinsurance_and_copay_bill_by_themselves() -> None:
    automatic = {carc for carc in CARC if explain("PR", carc).bills is Bills.YES}
    assert automatic == AUTOMATIC_PATIENT_SHARE


def test_CODE_4_unknown_codes_get_honest_generic_words() -> None:
    assert not explain("PR", "999").known
    assert "checking" in explain("PR", "999").sentence
    assert "checking" in remark_sentence("ZZ9")


def test_a_patient_is_never_told_they_owe_nothing_about_an_amount_in_their_own_group() -> None:
    for carc in CARC:
        assert "You do not owe" not in explain("PR", carc).sentence
