"""Every page that a template links to, or asks for by name, exists at its face: no dead end is hidden by a guard."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal.config import Settings
from staff_admin.app import create_app as create_staff_app

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""(?:url_for|page_exists)\(\s*["']([a-z_]+\.?[a-z_]*)["']""")
SHARED = {"static", "theme"}


def named_in(folder: Path) -> dict[str, str]:
    return {
        endpoint: str(path.relative_to(ROOT))
        for path in sorted(folder.rglob("*.html"))
        for endpoint in NAMED.findall(path.read_text())
    }


@pytest.mark.parametrize(
    ("face", "folder"),
    [("patient_app", "portal/templates"), ("staff_app", "staff_admin/templates")],
)
def test_every_endpoint_that_a_template_names_exists(
    face: str, folder: str, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app: Flask = request.getfixturevalue(face)
    if face == "staff_app":  # a demo's has one page more
        app = create_staff_app(replace(settings, clock_file=tmp_path / "ahead"))
    named = named_in(ROOT / folder)
    assert len(named) > 10, "no links found: the test looks in the wrong place"
    other = set()
    if face == "patient_app":  # layouts and sign-in pages stand in the patients' folder for both
        other = set(request.getfixturevalue("staff_app").view_functions)
    missing = {
        endpoint: path
        for endpoint, path in named.items()
        if not endpoint.startswith(".")
        and endpoint not in app.view_functions
        and endpoint not in other
    }
    assert missing == {}


def test_no_template_sets_a_dot_between_facts_by_itself() -> None:
    """A dot in the text may begin or end a line on a phone; `dotted` hides it there."""
    folders = (ROOT / "portal/templates", ROOT / "staff_admin/templates")
    pages = [path for folder in folders for path in folder.rglob("*.html")]
    assert [path.name for path in pages if "\N{MIDDLE DOT}" in path.read_text()] == []
