"""A moment is told by the practice's day: `.date()` on it would give the day of UTC (CORE-3)."""

from __future__ import annotations

import ast
import re

from tests.house.test_laws import PRODUCT, ROOT, sources

# What a clock on a wall shows, and so may be cut to its day.
LOCAL = re.compile(r"(^|[._])local(_\w+)?$|\.astimezone\(.*\)$")
# Neither a moment of ours nor one whose day anything hangs on: file, what is cut, and why.
ALLOWED = {
    ("billing/batch_deadline.py", "begun"): "the caller gives the practice's wall clock",
    ("billing/free_times.py", "earlier"): "a wall clock",
    (
        "portal/adapters/bank_files.py",
        "datetime.strptime(written.strip(), form)",
    ): "a day in a file",
    (
        "portal/adapters/stripe_payouts.py",
        "datetime.fromtimestamp(payout.arrival_date, UTC)",
    ): "the provider writes the day as midnight of UTC",
    ("portal/cli.py", "on"): "a day that was typed",
    ("portal/cli.py", "since"): "a day that was typed",
    ("portal/queries/alone.py", "row.month"): "a month",
    (
        "portal/queries/booking_times.py",
        "starts_at",
    ): "a time by its name alone: no day is read of it",
    ("portal/queries/rebook_offers.py", "now"): "what is past is left out by the moment",
    ("portal/queries/rebook_offers.py", "offer.starts_at"): "a day more is searched on either side",
    ("portal/queries/recoupments.py", "row.month"): "a month",
    ("portal/queries/report_print.py", "made"): "the practice's wall clock",
    ("portal/queries/staff_waitlist.py", "now"): "what is past is left out by the moment",
    ("portal/queries/year_paid.py", "begin"): "midnight at the practice",
    ("portal/queries/year_paid.py", "end"): "midnight at the practice",
    (
        "portal/services/import_text_consents.py",
        "now",
    ): "the caller gives the practice's wall clock",
}


def cut_to_days() -> set[tuple[str, str]]:
    """Each `X.date()` of the product: its file and X."""
    found = set()
    for path in sources(*PRODUCT):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or node.args or node.keywords:
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr == "date":
                of = ast.unparse(node.func.value)
                if not LOCAL.search(of):
                    found.add((str(path.relative_to(ROOT)), of))
    return found


def test_CORE_3_no_moment_is_cut_to_a_day_of_UTC() -> None:
    found = cut_to_days()
    assert found - ALLOWED.keys() == set(), (
        "use practice_date(session, at), day_at_practice(column), or .astimezone(zone) first"
    )
    assert ALLOWED.keys() - found == set(), "allowed, and not there any more"


def test_CORE_3_no_template_cuts_a_moment() -> None:
    pages = [
        path
        for folder in ("portal/templates", "staff_admin/templates")
        for path in (ROOT / folder).rglob("*.html")
    ]
    assert len(pages) > 100
    assert [str(path.relative_to(ROOT)) for path in pages if ".date()" in path.read_text()] == []


def test_CORE_3_no_statement_casts_a_moment_without_a_zone() -> None:
    """`(x_at AT TIME ZONE zone)::date` it is; of a column that is named for a moment the name tells."""
    cast = re.compile(r"\b\w*(_at|\.at|\.since)\)?::date\b")
    assert [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sources(*PRODUCT)
        for found in cast.finditer(path.read_text())
    ] == []
