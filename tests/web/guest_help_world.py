"""Somebody without a sign-in who applies for help, as their browser does it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.web.pages import Page, PageClient

WHO = {"name": "Testa Sample", "birth_on": "4/28/1986"}
REACH = {"phone": "", "email": "testa@example.com", "residence_state": "oh"}


def begin(stranger: PageClient) -> str:
    """The code that was shown."""
    stranger.get("/help-paying/without-sign-in")
    page = stranger.follow(stranger.post("/help-paying/without-sign-in", WHO))
    [code] = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", page.text)
    return str(code)


def fill(stranger: PageClient) -> Page:
    """Every part; then the page that signs."""
    stranger.get("/help-paying/mine/you")
    stranger.post("/help-paying/mine/you", REACH, expect=302)
    child = {"name": "Smalla Sample", "birth_on": "", "relation": "child", "seen": "1"}
    stranger.post("/help-paying/mine/household", {**child, "tax_dependent": "y"})
    stranger.post("/help-paying/mine/household/all", {})
    income = {"member": "Testa Sample", "source": "wages", "amount": "900", "period": "monthly"}
    page = stranger.post("/help-paying/mine/income", {**income, "seen": "0"}, expect=None)
    assert page.status == 302, page.text
    stranger.get("/help-paying/mine/income")
    said = {"insured": "no", "another_plan": "no", "medicaid": "no", "program": ""}
    stranger.post("/help-paying/mine/coverage", said)
    stranger.post("/help-paying/mine/hardship", {"hardship": "I lost my job."})
    return stranger.get("/help-paying/mine/sign")


def sign(stranger: PageClient) -> Page:
    seen = stranger.get("/help-paying/mine/sign").hidden("seen_hash")
    typed = {"name": "Testa Sample", "agree": "y", "seen_hash": seen}
    return stranger.follow(stranger.post("/help-paying/mine/sign", typed))


def tie(as_staff: Callable[[str], PageClient], account_id: int) -> PageClient:
    """By the office; the counsellor who did it."""
    clerk = as_staff("fa_counsellor")
    address = guest_address(clerk)
    clerk.get(address)
    clerk.follow(clerk.post(f"{address}/tie", {"account": str(account_id)}))
    return clerk


def guest_address(clerk: PageClient) -> str:
    """The page of the one that waits for its account."""
    page = clerk.get("/assistance/without-sign-in")
    [address] = [a for a in page.links() if re.search(r"without-sign-in/[0-9a-f-]{36}$", a)]
    return str(address)


def come_back(patient_app: Flask, code: str, born: str = "4/28/1986") -> tuple[PageClient, Page]:
    """On another phone."""
    other = PageClient(patient_app)
    other.get("/help-paying/come-back")
    typed = {"code": code, "birth_on": born}
    return other, other.follow(other.post("/help-paying/come-back", typed))
