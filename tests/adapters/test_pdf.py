"""Paper: tagged PDF/UA-1, window and coupon in place, the page's own numbers, and nothing private outside."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from billing.language_help import on_paper
from billing.money import ZERO, Money
from portal.adapters.pdf import TypstPrinter, UnknownLayout
from portal.queries.statement_content import Aging, Correction, Summary, faults
from portal.queries.statement_json import content_hash, from_json, to_json
from portal.queries.statement_print import PrintedCode, statement_print
from tests.statement_samples import line, statement

PRINTER = TypstPrinter()
CODE = PrintedCode("ABCDE-23456", date(2026, 3, 25), "WXYZ-2345-6789")
RECEIPT = {
    "receipt_number": "R-2026-0007",
    "practice_name": "Riverside Family Medicine",
    "practice_address": ["10 River Road", "Sampletown, NY 10001"],
    "practice_phone": "(555) 555-0100",
    "paid_on": "March 1, 2026",
    "amount": "$50.00",
    "method": "Visa ending in 4242",
    "payer_name": "Testa Sample",
    "practice_tax_id": "99-9999999",
    "lines": [
        {
            "date": "January 12, 2026",
            "what": "Office visit",
            "patient": "Testa Sample",
            "provider": "Dr. Ann Sample",
            "amount": "$50.00",
        }
    ],
    "went_back": [{"date": "March 2, 2026", "what": "Sent back to you", "amount": "-$20.00"}],
    "returned_lines": [{"date": "January 12, 2026", "what": "Office visit", "amount": "-$20.00"}],
    "kept": "$30.00",
    "note": "Thank you.",
    "language_help": on_paper("(555) 555-0100"),
}


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def tags(pdf: pikepdf.Pdf) -> list[str]:
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(str(node.S))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


@pytest.mark.parametrize(
    ("layout", "data"),
    [("statement", statement_print(statement(), CODE)), ("receipt", RECEIPT)],
)
def test_A11Y_2_every_printed_layout_is_tagged_pdf_ua(layout, data):
    with opened(PRINTER.print(layout, data)) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith("en")
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        found = tags(pdf)
        assert "/H1" in found
        assert {"/Table", "/TH", "/TD"} <= set(found)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            title = metadata["dc:title"]
        assert title in {"Statement from Riverside Family Medicine", "Receipt R-2026-0007"}
        assert all(p.MediaBox[2:] == [612, 792] for p in pdf.pages)  # US Letter


def test_A11Y_2_the_square_has_words_for_those_who_do_not_see_it():
    with opened(PRINTER.print("statement", statement_print(statement(), CODE))) as pdf:
        figures = [
            obj
            for obj in pdf.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/S") == pikepdf.Name.Figure
        ]
        assert [str(f.Alt) for f in figures] == [
            "Square code that opens http://localhost:8000/p/WXYZ23456789"
        ]


def test_HIPAA_the_square_holds_the_code_that_pays_alone_and_the_title_no_code_and_no_person():
    data = statement_print(statement(), CODE)
    assert data["coupon"]["url"] == "http://localhost:8000/p/WXYZ23456789"
    with opened(PRINTER.print("statement", data)) as pdf, pdf.open_metadata() as metadata:
        assert "Sample" not in str(metadata)
        assert "ABCDE" not in str(metadata)


def test_STMT_22_the_window_shows_name_and_address_alone():
    """#10: the window shows 0.875in to 5.375in from the left; with slack, 2.05in to 3.6in from the top."""
    texts = placed_texts(PRINTER.print("statement", statement_print(statement(), CODE)))
    shown = [(x, y) for page, x, y in texts if page == 0 and 0.6 < x < 5.4 and 2.05 < y < 3.6]
    assert shown, "nobody's address is in the window"
    assert {round(x, 2) for x, _ in shown} == {1.0}
    assert min(y for _, y in shown) > 2.5
    assert max(y for _, y in shown) < 3.2


def test_STMT_6_amount_and_due_date_stand_in_the_top_third():
    data = statement_print(statement(), CODE)
    assert (data["headline"], data["amount"], data["due"]) == (
        "You owe",
        "$50.00",
        "Due March 20, 2026",
    )
    sizes = [
        (size, y) for page, y, size in placed_sizes(PRINTER.print("statement", data)) if page == 0
    ]
    biggest = max(size for size, _ in sizes)
    assert all(y < 11 / 3 for size, y in sizes if size == biggest)


def test_STMT_17_a_downloaded_copy_has_no_code():
    data = statement_print(statement())
    assert data["coupon"]["code"] is None
    assert data["coupon"]["url"] == "http://localhost:8000"
    assert PRINTER.print("statement", data)


def test_the_same_content_prints_the_same_bytes():
    data = statement_print(statement(), CODE)
    assert PRINTER.print("statement", data) == PRINTER.print("statement", data)


def test_the_content_survives_json_and_its_hash_notices_a_cent():
    content = statement()
    data = to_json(content)
    assert from_json(data) == content
    changed = to_json(replace(content, amount_due=Money(5001)))
    assert content_hash(data) != content_hash(changed)
    assert re.fullmatch(r"[0-9a-f]{64}", content_hash(data))


def test_STMT_11_a_credit_prints_do_not_pay_and_no_coupon():
    credit = statement(
        lines=(line(owe=ZERO, you_paid=Money(5000)),),
        amount_due=ZERO,
        credit=Money(1000),
        aging=Aging(),
        summary=Summary(
            previous_balance=ZERO,
            new_charges=Money(5000),
            payments=Money(6000),
            adjustments=ZERO,
        ),
    )
    assert faults(credit) == ()
    data = statement_print(credit)
    assert data["headline"] == "CREDIT - do not pay"
    assert data["due"] == "We owe you $10.00"
    assert data["coupon"] is None
    assert PRINTER.print("statement", data)


def test_STMT_22_a_sensitive_service_prints_neutral_words():
    data = statement_print(statement(lines=(line(sensitive=True, service="Private", code="1"),)))
    assert "Private" not in str(data)
    assert data["patients"][0]["visits"][0]["title"] == "Medical service"


def test_STMT_4_STMT_8_faults_name_what_does_not_add_up():
    assert faults(statement()) == ()
    assert faults(statement(lines=(line(owe=Money(5001)),)))
    assert faults(statement(lines=(line(service=" "),)))
    assert faults(statement(amount_due=Money(4999)))


def test_STMT_19_a_corrected_statement_says_what_it_replaces():
    fix = Correction(
        reason="Your plan changed its decision.", replaces="2026-0101", old_amount=Money(7500)
    )
    data = statement_print(statement(corrected=fix))
    assert data["corrected"] == (
        "Your plan changed its decision. This replaces statement 2026-0101, which said $75.00."
    )
    assert PRINTER.print("statement", data)


def test_STMT_6_a_full_first_page_leaves_no_line_alone_on_the_second():
    said = replace(
        statement().notices,
        assistance="We offer financial help with medical bills. " * 3,
        language="You can get free help in your language: call (555) 555-0100. " * 2,
        dispute="Call (555) 555-0100 or write to us. We will go through it with you. " * 2,
        ways_to_pay=("By phone: (555) 555-0100", "By mail: send a check", "In person: cash"),
    )
    [patient] = statement().patients
    many = replace(patient, visits=patient.visits * 6)
    fix = Correction(
        reason="Your plan changed its decision.", replaces="2026-0101", old_amount=Money(7500)
    )
    pages = []
    for corrected in (None, fix):
        content = statement(patients=(many,), notices=said, corrected=corrected)
        with opened(PRINTER.print("statement", statement_print(content, CODE))) as pdf:
            pages.append(len(pdf.pages))
    assert pages[0] == pages[1]


def test_many_visits_flow_over_pages_without_losing_one():
    lines = tuple(line(charge_id=n) for n in range(1, 61))
    data = PRINTER.print("statement", statement_print(statement(lines=lines)))
    with opened(data) as pdf:
        assert len(pdf.pages) > 4


def test_an_unknown_layout_is_refused():
    with pytest.raises(UnknownLayout):
        PRINTER.print("../config", {})


def placed_texts(data: bytes) -> list[tuple[int, float, float]]:
    """Page, left and top in inches of every shown text."""
    return [(page, x, y) for page, x, y, _ in _texts(data)]


def placed_sizes(data: bytes) -> list[tuple[int, float, float]]:
    return [(page, y, size) for page, _, y, size in _texts(data)]


def _texts(data: bytes) -> list[tuple[int, float, float, float]]:
    found = []
    with opened(data) as pdf:
        for number, page in enumerate(pdf.pages):
            stack, matrix = [], pikepdf.Matrix()
            text, size = pikepdf.Matrix(), 0.0
            for operands, operator in pikepdf.parse_content_stream(page):
                match str(operator):
                    case "q":
                        stack.append(matrix)
                    case "Q":
                        matrix = stack.pop()
                    case "cm":
                        matrix = pikepdf.Matrix(*[float(o) for o in operands]) @ matrix
                    case "BT":
                        text = pikepdf.Matrix()
                    case "Tf":
                        size = float(operands[1])
                    case "Tm":
                        text = pikepdf.Matrix(*[float(o) for o in operands])
                    case "Tj" | "TJ":
                        x, y = (text @ matrix).transform((0, 0))
                        found.append((number, x / 72, (792 - y) / 72, size))
    return found
