"""The settings at the office: a manager changes them, everybody who may sees the history."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.pages import PageClient

As = Callable[[str], PageClient]
CYCLE = "/settings/statements.cycle_days"


def test_a_manager_changes_a_setting_and_the_page_tells_its_history(as_staff: As) -> None:
    manager, auditor = as_staff("manager"), as_staff("auditor")
    assert "Days between monthly statements" in auditor.get("/settings/").text
    page = manager.post(CYCLE, {"value": "60", "effective_from": "1/1/2030", "reason": "Try"})
    assert "from 28 days to 31 days (STMT-10)" in page.text
    page = manager.post(CYCLE, {"value": "4111 1111 1111 1111", "effective_from": "", "reason": ""})
    assert "looks like a card number" in page.text
    assert "4111" not in page.text
    page = manager.post(
        CYCLE, {"value": "31 days", "effective_from": "1/1/2099", "reason": "As the board asked"}
    )
    page = manager.follow(page)
    assert "As the board asked" in page.text
    assert "(scheduled)" in page.text
    assert "31 days from January 1, 2099" in auditor.get("/settings/").text
    page = auditor.get(CYCLE)
    assert "As the board asked" in page.text
    assert "New value" not in page.text, "who may not change it has no form"
    manager.get("/settings/no.such", expect=404)
    auditor.post(CYCLE, {"value": "31", "effective_from": "1/1/2099", "reason": "x"}, expect=403)
