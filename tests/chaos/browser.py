"""A browser over real HTTP: cookies, forms, and no patience for pages that break."""

from __future__ import annotations

import html
import re

import requests

TIMEOUT = 25
FIELD = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


class Browser:
    """One signed-in browser; every answer is taken as it is, redirects are not followed."""

    def __init__(self, url: str, cookie: tuple[str, str]) -> None:
        self.url = url
        self.cookie = cookie

    def get(self, path: str) -> requests.Response:
        return requests.get(
            self._address(path), headers=self._headers, allow_redirects=False, timeout=TIMEOUT
        )

    def post(
        self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None
    ) -> requests.Response:
        return requests.post(
            self._address(path),
            data=fields,
            files={"file": file} if file else None,
            headers=self._headers,
            allow_redirects=False,
            timeout=TIMEOUT,
        )

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": "=".join(self.cookie)}


def hidden(page: requests.Response, needed: str = "") -> dict[str, str]:
    """The fields of a page that nobody types, the first of each name; without the one needed it is broken off."""
    found: dict[str, str] = {}
    for field in FIELD.findall(page.text):
        given = dict(ATTRIBUTE.findall(field))
        if given.get("type") == "hidden" and "name" in given:
            found.setdefault(given["name"], html.unescape(given.get("value", "")))
    if needed and needed not in found:
        raise requests.RequestException(f"no {needed} on a page that answered {page.status_code}")
    return found
