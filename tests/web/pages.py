"""The page-checking client: whatever it fetches is valid HTML with one h1, a title, labels, and safe headers."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.reading_grade import reading_grade

XHTML = "{http://www.w3.org/1999/xhtml}"
GRADE, ENOUGH_WORDS = 8.0, 40
SPANISH_SENTENCE = 16  # words, on average: the grade is a formula for English
KEPT = {"nowrap", "footer-help"}  # styles/_page.scss
PHONE = re.compile(r"\(\d{3}\)\s\d{3}-\d{4}")
NEED_NO_LABEL = {"hidden", "submit", "button", "image"}


class Page:
    """A parsed page, for asserting about words, links and forms."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location", "")
        self.is_html = response.mimetype == "text/html"
        self.source = response.get_data(as_text=True) if self.is_html else ""
        self.root = parse(self.source) if self.is_html and self.source else None

    def all(self, tag: str) -> list[ET.Element]:
        return list(self.root.iter(f"{XHTML}{tag}")) if self.root is not None else []

    @property
    def h1(self) -> str:
        return words(self.all("h1")[0])

    @property
    def text(self) -> str:
        """What a person can read on it."""
        return words(self.all("body")[0]) if self.root is not None else ""

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = [f.get("value", "") for f in self.all("input") if f.get("name") == name]
        assert found, f"no field {name} on {self.h1}"
        return found[0]

    def links(self) -> list[str]:
        return [link.get("href", "") for link in self.all("a")]


class PageClient:
    """One browser: keeps cookies, checks pages, and sends each form with its CSRF token."""

    def __init__(self, flask_app: Flask) -> None:
        self.flask_app = flask_app
        self.http: FlaskClient = flask_app.test_client()
        self.token = ""
        self.login_id = 0

    def get(self, path: str, *, expect: int | None = 200, **kwargs: Any) -> Page:
        return self._checked(self.http.get(path, **kwargs), expect)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, expect: int | None = None, **kw: Any
    ) -> Page:
        """Send a form with the CSRF token of the page fetched last, fetching one if there was none."""
        if not self.token:
            self.token = fresh_token(self)
        fields = {"csrf_token": self.token, **(data or {})}
        return self._checked(self.http.post(path, data=fields, **kw), expect)

    def follow(self, page: Page) -> Page:
        """Go on until a page is shown."""
        hops = 0
        while 300 <= page.status < 400:
            page = self.get(page.location, expect=None)
            hops += 1
            assert hops < 8, f"redirected in circles to {page.location}"
        return page

    def _checked(self, response: TestResponse, expect: int | None) -> Page:
        page = Page(response)
        if expect is not None:
            assert page.status == expect, (page.status, page.location, page.text[:500])
        check_headers(response)
        if page.is_html and page.root is not None and not 300 <= page.status < 400:
            check_page(page)
            if self.flask_app.config["FACE"].name == "patient":
                check_reading(page)
                check_phones(page)
            tokens = [f.get("value") for f in page.all("input") if f.get("name") == "csrf_token"]
            self.token = tokens[0] or "" if tokens else self.token
        elif response.headers.get("Location"):
            self.token = self.token if response.status_code == 302 and not page.source else ""
        return page


def fresh_token(client: PageClient) -> str:
    """A CSRF token of this browser's session."""
    with client.http.session_transaction() as session, client.flask_app.test_request_context():
        from flask import session as inside
        from flask_wtf.csrf import generate_csrf

        inside.update(session)
        token = generate_csrf()
        session.update(inside)
    return str(token)


def parse(source: str) -> ET.Element:
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=False, namespaceHTMLElements=True
    )
    root: ET.Element = parser.parse(source)
    problems = [f"{code} at {where}" for where, code, _ in parser.errors]
    assert not problems, f"invalid HTML: {problems[:5]}\n{source[:1500]}"
    return root


def words(element: ET.Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def check_headers(response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if "/static/" not in response.request.path:
        assert response.headers["Cache-Control"] == "no-store"


def prose(page: Page) -> str:
    """What a page says in sentences: headings and controls are no prose, nor are amounts in rows."""
    [main] = page.all("main")
    said = [words(node) for tag in ("p", "li", "legend") for node in main.iter(f"{XHTML}{tag}")]
    return " ".join(text for text in dict.fromkeys(said) if text.endswith((".", "?", ":")))


def check_reading(page: Page) -> None:
    """STMT-14: whatever a patient is shown reads at grade 8 or lower; a formula says nothing about little text."""
    text = prose(page)
    if page.all("html")[0].get("lang") == "es":
        sentences = [part for part in re.split(r"[.?:] ", text) if part.strip()]
        assert len(text.split()) <= SPANISH_SENTENCE * max(len(sentences), 1), text
    elif len(text.split()) >= ENOUGH_WORDS:
        grade = reading_grade(text)
        assert grade <= GRADE, f"grade {grade:.1f} on {page.h1}: {text}"


def check_phones(page: Page) -> None:
    """A phone number stands on one line: whoever must call reads it whole."""

    def broken(node: ET.Element) -> list[str]:
        if KEPT.intersection(node.get("class", "").split()):
            return []
        runs = [node.text or "", *(child.tail or "" for child in node)]
        if node.tag != f"{XHTML}a":  # a number that is all of its line has nowhere else to go
            runs = [run for run in runs if not PHONE.fullmatch(run.strip())]
        own = PHONE.findall(" ".join(runs))
        return [*own, *(found for child in node for found in broken(child))]

    [main] = page.all("main")
    assert not (may_break := broken(main)), f"{may_break} may break on {page.h1}: use `tied`"


def check_page(page: Page) -> None:
    """House rules for a page (A11Y-1, A11Y-3, HIPAA-14)."""
    headings = page.all("h1")
    assert len(headings) == 1, f"{len(headings)} h1 on the page: {[words(h) for h in headings]}"
    title = words(page.all("title")[0])
    assert title.startswith(page.h1), f"title {title!r} does not start with h1 {page.h1!r}"
    assert page.all("html")[0].get("lang"), "no language"
    ids = [node.get("id") for node in page.root.iter() if node.get("id")]
    twice = {name for name in ids if ids.count(name) > 1}
    assert not twice, f"ids used twice: {twice}"
    labelled = {label.get("for") for label in page.all("label")}
    ids = {node.get("id") for node in page.root.iter()}
    for tag in ("input", "select", "textarea"):
        for control in page.all(tag):
            if control.get("type") in NEED_NO_LABEL:
                continue
            by = (control.get("aria-labelledby") or "").split()
            named = control.get("id") in labelled or control.get("aria-label")
            named = named or (by and ids.issuperset(by))
            assert named, f"no label: {control.attrib}"
    for node in page.root.iter():
        assert node.get("style") is None, f"style attribute on {node.tag}"
        assert not [name for name in node.attrib if name.startswith("on")], node.attrib
    for script in page.all("script"):
        assert script.get("src", "").startswith(("/static/", "/staff/static/")), script.attrib
    assert not page.all("style"), "a style element"
    for form in page.all("form"):
        if form.get("method", "get").lower() == "post":
            fields = [node.get("name") for node in form.iter(f"{XHTML}input")]
            assert "csrf_token" in fields, f"form without CSRF token: {form.attrib}"
    for link in page.all("a"):
        assert words(link) or link.get("aria-label"), f"link without words: {link.attrib}"
