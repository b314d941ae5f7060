"""What posting several waiting remittances would do: claims and dollars by policy level (OPS-15)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import read_only

MOST = 20  # in one press: each is posted while the person waits
# Claims say in their reasons what posting would do to them; `post_set` wrote them when the set came in.
_PREVIEW = text(
    """
    WITH chosen AS (
        SELECT id, payer_name, trace, paid_cents, status, received_at FROM remittances
        WHERE id = ANY(:ids)
    ), said AS (
        SELECT c.remittance_id, c.paid_cents,
               CASE WHEN cardinality(c.reasons) = 0 THEN 'clean'
                    WHEN EXISTS (SELECT 1 FROM unnest(c.reasons) r WHERE r LIKE 'it would be held%')
                    THEN 'kept' ELSE 'work' END AS fate
        FROM remittance_claims c JOIN chosen ON chosen.id = c.remittance_id
    ), sums AS (
        SELECT remittance_id,
               count(*) FILTER (WHERE fate = 'clean') AS clean,
               count(*) FILTER (WHERE fate = 'work') AS work,
               count(*) FILTER (WHERE fate = 'kept') AS kept,
               COALESCE(sum(paid_cents) FILTER (WHERE fate = 'clean'), 0) AS clean_cents,
               COALESCE(sum(paid_cents) FILTER (WHERE fate = 'work'), 0) AS work_cents,
               COALESCE(sum(paid_cents) FILTER (WHERE fate = 'kept'), 0) AS kept_cents
        FROM said GROUP BY remittance_id
    ), visits AS (
        SELECT DISTINCT c.remittance_id, ours.visit_id
        FROM remittance_claims c
        JOIN chosen ON chosen.id = c.remittance_id
        JOIN claims ours ON ours.id = c.claim_id
    ), legs AS (
        SELECT v.remittance_id, count(*) AS legs
        FROM visits v JOIN postings p ON p.visit_id = v.visit_id
        GROUP BY v.remittance_id
    )
    SELECT chosen.id, payer_name, trace, chosen.paid_cents, status, received_at,
           COALESCE(clean, 0) AS clean, COALESCE(work, 0) AS work, COALESCE(kept, 0) AS kept,
           COALESCE(clean_cents, 0) AS clean_cents, COALESCE(work_cents, 0) AS work_cents,
           COALESCE(kept_cents, 0) AS kept_cents, COALESCE(legs, 0) AS legs
    FROM chosen LEFT JOIN sums ON sums.remittance_id = chosen.id
    LEFT JOIN legs ON legs.remittance_id = chosen.id
    ORDER BY received_at, chosen.id
    """
)
_LEGS = text(
    """
    SELECT count(*) FROM postings WHERE visit_id IN (
        SELECT ours.visit_id FROM remittance_claims c JOIN claims ours ON ours.id = c.claim_id
        WHERE c.remittance_id = :remittance)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPreview:
    """One remittance: its claims by what posting does to them, as the books stood when it came in."""

    id: int
    payer_name: str
    trace: str
    paid: Money
    waits: bool  # False once somebody posted it
    clean: int
    work: int  # post and open work; held where only clean claims post
    kept: int  # held at every level
    clean_paid: Money
    work_paid: Money
    kept_paid: Money
    legs: int  # ledger legs on its bills: what a later look is compared with

    @property
    def claims(self) -> int:
        return self.clean + self.work + self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSum:
    """What one press at one level does: claims that post, claims that wait, with what the payer paid on each."""

    posts: int
    posts_paid: Money
    waits: int
    waits_paid: Money


def preview_waiting(ids: Collection[int]) -> tuple[WaitingPreview, ...]:
    """The chosen sets, the oldest first, in one statement; ids of none are left out."""
    with read_only() as session:
        rows = session.execute(_PREVIEW, {"ids": sorted(ids)[:MOST]}).all()
    return tuple(
        WaitingPreview(
            id=row.id,
            payer_name=row.payer_name,
            trace=row.trace,
            paid=Money(row.paid_cents),
            waits=row.status == "waiting",
            clean=row.clean,
            work=row.work,
            kept=row.kept,
            clean_paid=Money(int(row.clean_cents)),
            work_paid=Money(int(row.work_cents)),
            kept_paid=Money(int(row.kept_cents)),
            legs=row.legs,
        )
        for row in rows
    )


def sum_of(rows: Collection[WaitingPreview], *, only_clean: bool) -> LevelSum:
    """Over those that still wait."""
    open_rows = [row for row in rows if row.waits]
    sums = {"clean": (0, ZERO), "work": (0, ZERO), "kept": (0, ZERO)}
    for row in open_rows:
        for fate, count, paid in (
            ("clean", row.clean, row.clean_paid),
            ("work", row.work, row.work_paid),
            ("kept", row.kept, row.kept_paid),
        ):
            sums[fate] = (sums[fate][0] + count, sums[fate][1] + paid)
    posts, waits = (("clean",), ("work", "kept")) if only_clean else (("clean", "work"), ("kept",))
    return LevelSum(
        posts=sum(sums[one][0] for one in posts),
        posts_paid=sum((sums[one][1] for one in posts), ZERO),
        waits=sum(sums[one][0] for one in waits),
        waits_paid=sum((sums[one][1] for one in waits), ZERO),
    )


def legs_of(session: Session, remittance_id: int) -> int:
    """Ledger legs on the bills that a remittance may change; the ledger only grows, so equal means untouched."""
    return session.scalar(_LEGS, {"remittance": remittance_id}) or 0
