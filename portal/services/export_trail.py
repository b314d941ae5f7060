"""What was found in the audit trail as CSV: one row an event."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from portal.queries.staff_audit import TrailEvent
from portal.services.plain_cell import plain_cell

HEAD = ("at", "who", "role", "did", "what", "accounts", "outcome", "reason", "from", "request")


def trail_csv(events: Iterable[TrailEvent]) -> str:
    """Moments in UTC; formulas are kept from spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for event in events:
        cells = (
            event.who,
            event.role,
            event.action,
            event.what,
            " ".join(number for _, number in event.accounts),
            event.outcome,
            event.reason,
            event.ip,
            event.request_id,
        )
        writer.writerow([event.at.isoformat(), *(plain_cell(cell) for cell in cells)])
    return out.getvalue()
