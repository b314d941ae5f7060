"""The letters about a dispute: got it, more time, and the answer; made by `send_notice` and proven by its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.bill_disputes import Finding
from billing.notices import NoticeKind
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.queries.statement_print import day
from portal.queries.viewer import StaffViewer
from portal.services.send_notice import AskedNotice, language_of, queue_notice

FOUND: dict[Finding, tuple[str, str]] = {
    Finding.VALID: ("The bill is right as it is.", "La factura está bien como está."),
    Finding.CORRECTED: (
        "You were right. We corrected the bill.",
        "Usted tenía razón. Corregimos la factura.",
    ),
    Finding.PARTLY: (
        "You were right in part. We corrected that part.",
        "Usted tenía razón en parte. Corregimos esa parte.",
    ),
    Finding.REBILLED: (
        "We send it to the insurance again.",
        "La enviamos otra vez al seguro.",
    ),
    Finding.IDENTITY_THEFT: (
        "Somebody else used your name. We ask you for nothing.",
        "Otra persona usó su nombre. No le pedimos nada.",
    ),
}
NOTHING = ("No amount of the bill changed.", "Ningún monto de la factura cambió.")
NEXT = (
    (
        "Nothing of it is due for at least 14 days after this letter.",
        "Nada de esto se debe pagar por al menos 14 días después de esta carta.",
    ),
    (
        "Do you not agree? Tell us within 14 days. Another person looks at it, and it stays on hold.",
        "¿No está de acuerdo? Díganoslo en 14 días. Otra persona lo revisa y sigue en espera.",
    ),
    (
        "You can also complain to the attorney general or the insurance department of your state.",
        "También puede quejarse ante el fiscal general o el departamento de seguros de su estado.",
    ),
)


def received_letter(
    session: Session, row: BillDispute, visit: Visit, *, public_url: str, on: date, now: datetime
) -> None:
    """That we got it, for somebody who cannot read it on our pages."""
    facts = {**_about(session, row, visit), "answer_by": row.resolve_by}
    what = (NoticeKind.DISPUTE_RECEIVED, "received", facts)
    queue_notice(session, _asked(row, visit, what), public_url=public_url, on=on, now=now)


def extended_letter(
    session: Session,
    row: BillDispute,
    visit: Visit,
    *,
    reason: str,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """That we need more time, once, and why (DISP-2)."""
    facts = {**_about(session, row, visit), "answer_by": row.resolve_by, "reason": reason}
    what = (NoticeKind.DISPUTE_EXTENDED, f"extended:{row.resolve_by}", facts)
    asked = _asked(row, visit, what, by_id=staff.login_id)
    queue_notice(session, asked, public_url=public_url, on=on, now=now)


def answer_letter(
    session: Session,
    row: BillDispute,
    visit: Visit,
    *,
    changed: Sequence[str],
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """The finding, what changed, what comes next, and how to go further (DISP-2)."""
    said = _spoken(session, visit)
    facts = {
        **_about(session, row, visit),
        "finding": f"{FOUND[Finding(row.finding)][said]} {row.answer}",
        "changed": list(changed) or [NOTHING[said]],
        "next": [one[said] for one in NEXT],
    }
    what = (NoticeKind.DISPUTE_ANSWER, f"answer:{now:%Y%m%d%H%M%S%f}", facts)
    asked = _asked(row, visit, what, by_id=staff.login_id)
    queue_notice(session, asked, public_url=public_url, on=on, now=now)


def _about(session: Session, row: BillDispute, visit: Visit) -> dict[str, Any]:
    when = day(visit.service_on)
    about = (f"the bill for the visit of {when}", f"la factura de la visita del {when}")
    return {"received": row.filed_on, "about": about[_spoken(session, visit)]}


def _spoken(session: Session, visit: Visit) -> int:
    """0 English, 1 Spanish."""
    return int(language_of(session, visit.guarantor_account_id) == "es")


def _asked(
    row: BillDispute,
    visit: Visit,
    what: tuple[NoticeKind, str, dict[str, Any]],
    *,
    by_id: int | None = None,
) -> AskedNotice:
    kind, key, facts = what
    return AskedNotice(
        kind=kind,
        account_id=visit.guarantor_account_id,
        key=f"bill_dispute:{row.id}:{key}",
        facts=facts,
        visit_ids=(visit.id,),
        subject=f"bill_dispute:{row.id}",
        made_by_id=by_id,
    )
