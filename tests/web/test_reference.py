"""Reference data at the office: a file changes exactly what its preview showed, and every change is kept."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from billing.reference_data import Kind
from portal.services.export_reference import export_reference
from tests.web.pages import Page, PageClient

As = Callable[[str], PageClient]
PAYERS = "payer_id,name,capitated,tax_ids,file_ids,other_names\r\n"
FEES = "payer_id,procedure,modifiers,from_on,amount\r\n"


def upload(client: PageClient, kind: str, text: str | bytes) -> Page:
    """Bring a file in; the page of its changes."""
    data = text.encode() if isinstance(text, str) else text
    page = client.get(f"/settings/data/{kind}/")
    form = {"file": (io.BytesIO(data), f"{kind}.csv"), "upload_id": page.hidden("upload_id")}
    return client.follow(client.post(f"/settings/data/{kind}/file", form))


def apply(client: PageClient, page: Page) -> Page:
    """Press the button of a preview."""
    [address] = [
        form.get("action") for form in page.all("form") if "/files/" in form.get("action", "")
    ]
    return client.post(address, {"digest": page.hidden("digest")})


def offered(page: Page) -> bool:
    return any(field.get("name") == "digest" for field in page.all("input"))


def test_OPS_16_a_file_is_looked_at_kept_and_then_changes_nothing(as_staff: As) -> None:
    manager = as_staff("manager")
    page = upload(manager, "payers", PAYERS + "NEW1,Testa Health,no,999000001,,testahealth\r\n")
    assert "Keep these 1 change" in page.text
    assert "Testa Health" not in manager.get("/settings/data/payers/").text
    page = manager.follow(apply(manager, page))
    assert "1 rows kept" in page.text
    assert "Testa Health" in page.text
    again = upload(manager, "payers", PAYERS + "new1,Testa Health,no,999000001,,testahealth\r\n")
    assert "says what is kept already" in again.text
    row = manager.get("/settings/data/payers/row?key=new1")
    assert "payers.csv" in row.text
    assert "Every change" in row.text


@pytest.mark.parametrize("kind", Kind)
def test_a_download_read_back_changes_nothing(as_staff: As, kind: Kind) -> None:
    manager = as_staff("manager")
    upload_fees(manager)
    page = upload(manager, kind.value, export_reference(kind))
    figures = page.text.replace(" ", "")
    assert "Newrows0Changedrows0" in figures
    assert "Refusedrows0" in figures
    assert not offered(page)


def upload_fees(manager: PageClient) -> None:
    rows = "P9,Testa Plan,no,,,\r\n"
    manager.follow(apply(manager, upload(manager, "payers", PAYERS + rows)))
    fees = FEES + ',99213,,2026-01-01,125\r\np9,99213,25;TC,2026-01-01,"$1,080.50"\r\n'
    manager.follow(apply(manager, upload(manager, "fees", fees)))


def test_one_refused_row_keeps_all_of_them_out(as_staff: As) -> None:
    manager = as_staff("manager")
    fees = FEES + ",99213,,2026-01-01,125\r\nnobody,99213,,2026-01-01,12\r\n,99214,,soon,1.234\r\n"
    page = upload(manager, "fees", fees)
    assert "Nothing can be kept yet" in page.text
    assert "there is no payer “nobody”" in page.text
    assert "from_on is not a day like 2026-01-31; amount is not an amount like 125.00" in page.text
    assert not offered(page)
    assert "99213" not in manager.get("/settings/data/fees/").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("payer_id,name\r\nX1,Testa\r\n", "the header lacks capitated"),
        (PAYERS + "X1,Testa,no,,,\r\nx 1,Testa,no,,,\r\n", "stands on an earlier row too"),
        (PAYERS + "X1,Testa,maybe,,,\r\n", "capitated is neither yes nor no"),
        (PAYERS + "X1,4111 1111 1111 1111,no,,,\r\n", "looks like a card number"),
        (PAYERS + "X1,Testa,no,77,,\r\nX2,Testb,no,77,,\r\n", "already names the payer “x1”"),
    ],
)
def test_a_wrong_file_says_where_and_what(as_staff: As, text: str, words: str) -> None:
    page = upload(as_staff("manager"), "payers", text)
    assert words in page.text
    assert not offered(page)


def test_what_changed_since_the_look_is_looked_at_again(as_staff: As) -> None:
    manager = as_staff("manager")
    seen = upload(manager, "payers", PAYERS + "X5,Testa One,no,,,\r\n")
    other = upload(manager, "payers", PAYERS + "X5,Testa Two,no,,,\r\n")
    manager.follow(apply(manager, other))
    late = apply(manager, seen)
    assert "Something changed since you looked" in late.text
    assert "Testa Two" in manager.get("/settings/data/payers/").text


def test_a_row_by_hand_is_judged_like_a_file_and_tells_its_history(as_staff: As) -> None:
    manager = as_staff("manager")
    row = {"npi": "1234567890", "last_name": "Testington", "first_name": "Cle"}
    page = manager.post("/settings/data/providers/row", row)
    assert "its check digit is wrong" in page.text
    row["npi"] = "1234567893"
    page = manager.follow(manager.post("/settings/data/providers/row", row))
    assert "Kept" in page.text
    row["first_name"] = "Clea"
    manager.post("/settings/data/providers/row?key=1234567893", row)
    page = manager.get("/settings/data/providers/row?key=1234567893")
    assert "first name: Cle Clea" in page.text
    assert "By hand" in page.text


def test_OPS_23_a_limit_by_a_file_keeps_the_law_of_limits(as_staff: As) -> None:
    manager = as_staff("manager")
    head = "code,role,limit,gl_class,visible,from_on\r\n"
    page = upload(
        manager, "adjustment-limits", head + "our_error,biller,50,Errors,yes,2020-01-01\r\n"
    )
    assert "A limit begins today or later." in page.text
    page = upload(
        manager, "adjustment-limits", head + "small_balance,biller,50,Small,yes,2099-01-01\r\n"
    )
    assert "at most (OPS-19)" in page.text
    page = upload(
        manager, "adjustment-limits", head + "our_error,biller,50,Errors,yes,2099-01-01\r\n"
    )
    assert "1 rows kept" in manager.follow(apply(manager, page)).text
    assert "2099-01-01" in manager.get("/settings/data/adjustment-limits/").text


def test_HIPAA_7_who_may_not_change_it_sees_it_and_no_form(as_staff: As) -> None:
    auditor = as_staff("auditor")
    page = auditor.get("/settings/data/payers/")
    assert "Bring in a file" not in page.text
    assert (
        "No row holds these words"
        in auditor.post("/settings/data/payers/", {"words": "nobody"}).text
    )
    auditor.get("/settings/data/no-such/", expect=404)
    auditor.get("/settings/data/payers/row?key=nobody", expect=404)
    auditor.post("/settings/data/payers/row", {"payer_id": "X"}, expect=403)
