"""Nothing here can report a debt to a credit bureau: no code path, no setting, no file format (COLL-30)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("billing", "portal", "staff_admin", "tools")
FORMAT = re.compile(
    r"metro_?2|e_?oscar|credit_report(?!ing|_free)|bureau_file|report_to_bureau", re.IGNORECASE
)
BUREAUS = re.compile(r"equifax|experian|transunion", re.IGNORECASE)


def named(tree: ast.AST) -> set[str]:
    """Every name that code gives or calls: functions, classes, attributes, arguments."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for field in ("name", "id", "attr", "arg", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.add(value)
    return found


def offenders(source: str) -> set[str]:
    return {
        name
        for name in named(ast.parse(source))
        # A value of an enumeration of what the law knows, none of which we do (COLL-1), and an agency's promise.
        if FORMAT.search(name)
        and name not in {"CREDIT_REPORT", "NO_CREDIT_REPORT", "no_credit_report"}
    } | set(BUREAUS.findall(source))


def test_COLL_30_no_code_path_writes_or_sends_a_credit_report() -> None:
    found = {
        str(path.relative_to(ROOT)): bad
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (bad := offenders(path.read_text()))
    }
    assert found == {}


def test_COLL_30_the_test_would_see_one() -> None:
    assert offenders("def write_metro2(rows): ...") == {"write_metro2"}
    assert offenders("HOST = 'https://api.equifax.example'") == {"equifax"}
