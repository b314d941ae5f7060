"""Bank files: what each format gives, and that what is cut, wrong or huge is refused whole, with where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from billing.bank_lines import identities
from billing.money import Money
from portal.adapters.bank_files import LARGEST, BankLibraries
from portal.office_ports import BankFileRefused, ColumnsUnknown

BAI2 = """01,BANK,PRACTICE,260302,0600,1,80,,2/
02,PRACTICE,BANK,1,260302,,USD,2/
03,000123456789,USD,010,5000,,/
16,165,3000,Z,BR77,,ACME HEALTH HCCLAIMPMT/
88,TRN*1*0012345*1512345678
16,455,1500,Z,BR78,,BRIGHT PLAN TAKEBACK
16,187,777,Z,BR79,,OWN CODE OF THE BANK
49,10277,6/
98,10277,1,8/
99,10277,1,10/"""
OFX = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
    "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>000123456789"
    "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260303"
    "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302230000[-5:EST]<TRNAMT>30.00<FITID>A1<NAME>ACME HEALTH"
    "<MEMO>TRN*1*0012345*1512345678~</STMTTRN>"
    "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260303<TRNAMT>-15.00<FITID>A2<NAME>FEE</STMTTRN>"
    "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
CSV = (
    "Account,Posting Date,Description,Amount,Reference\r\n"
    '123456789,03/02/2026,"ACME, TRN*1*0012345*1512345678","$1,030.00",R1\r\n'
    "123456789,03/03/2026,FEE,(15.00),R2\r\n"
)
read = BankLibraries().read


def test_OPS_10_a_bai2_line_carries_trace_and_payer_of_its_addenda() -> None:
    file = read(BAI2.encode())
    acme, takeback, own = file.lines
    assert (file.format, acme.account, acme.on) == ("bai2", "6789", date(2026, 3, 2))
    assert (acme.amount, takeback.amount, own.amount) == (Money(3000), Money(-1500), Money(777))
    assert (acme.addenda.trace, acme.addenda.payer) == ("0012345", "1512345678")
    assert "000123456789" not in repr(file)


def test_OPS_10_ofx_gives_the_day_as_the_bank_wrote_it() -> None:
    acme, fee = read(OFX.encode()).lines
    assert (acme.on, acme.amount, acme.reference) == (date(2026, 3, 2), Money(3000), "A1")
    assert acme.addenda.trace == "0012345"
    assert (fee.on, fee.amount) == (date(2026, 3, 3), Money(-1500))


def test_OPS_10_a_csv_is_read_by_its_headings_or_by_those_that_somebody_chose() -> None:
    acme, fee = read(CSV.encode()).lines
    assert (acme.amount, fee.amount, acme.account) == (Money(103_000), Money(-1500), "6789")
    odd = b"When;What;In;Out\n2026-03-02;ACME;30,00;\n"
    with pytest.raises(ColumnsUnknown) as unknown:
        read(odd)
    assert unknown.value.header == ("When", "What", "In", "Out")
    named = {"date": "When", "text": "What", "credit": "In", "debit": "Out"}
    [line] = read(odd.replace(b"30,00", b"30.00"), columns=named).lines
    assert (line.amount, line.text) == (Money(3000), "ACME")


def test_lines_that_are_alike_are_told_apart_and_two_exports_give_the_same_names() -> None:
    twice = read((CSV + CSV.splitlines()[1]).encode()).lines
    once = read(CSV.encode()).lines
    assert len(set(identities(twice))) == 3
    assert set(identities(once)) < set(identities(twice))


def cut_bai2() -> bytes:
    return "\n".join(BAI2.splitlines()[:-2]).encode()


def wrong_total() -> bytes:
    return BAI2.replace("16,165,3000", "16,165,3001").encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (cut_bai2, "record 8 without its trailer"),
        (wrong_total, "does not add up: Invalid account control total"),
        (lambda: b"01,BANK/\n99,x/", "does not add up"),
        (OFX[:-120].encode, "cut off"),
        (lambda: OFX.replace("30.00", "NaN").encode(), "transaction 1: “NaN” is no amount"),
        (lambda: OFX.replace("USD", "EUR").encode(), "Only dollars"),
        (lambda: CSV.replace(",R2", "").encode(), "Row 3 has 4 cells, the headings 5"),
        (lambda: CSV.replace("03/03/2026", "soon").encode(), "Row 3: “soon” is no date"),
        (lambda: CSV.replace("(15.00)", "15.001").encode(), "Row 3: “15.001” is no amount"),
        (lambda: b"\x00\x01\x02", "no bank file"),
        (lambda: b"", "no bank file"),
        (lambda: b"Date,Amount\n", "no line with an amount"),
        (lambda: b"x" * (LARGEST + 1), "larger than 8 MB"),
    ],
)
def test_a_file_that_is_cut_wrong_or_huge_is_refused_whole(
    data: Callable[[], bytes], why: str
) -> None:
    with pytest.raises(BankFileRefused, match=why):
        read(data())
