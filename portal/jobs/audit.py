"""Jobs of the audit trail: sealing it, proving it nightly, and finding what a person must look at."""

from __future__ import annotations

import logging
from datetime import timedelta

from portal.queue import JobContext, job
from portal.services.find_audit_alerts import LOOK_BACK, find_audit_alerts
from portal.services.practice_date import practice_today
from portal.services.review_alone import note_unsigned_months
from portal.services.seal_audit import check_audit, seal_audit

LOG = logging.getLogger("kindbill")


@job("seal_audit", cron="*/5 * * * *")
def seal(context: JobContext) -> None:
    """Put the newest rows under the chain."""
    seal_audit(now=context.now)


@job("check_audit", cron="17 8 * * *")
def check(_context: JobContext) -> None:
    """Say loudly when the trail is not what was sealed; nothing is ever mended by itself."""
    proof = check_audit()
    if proof.broken is not None:
        LOG.error("audit_chain_broken", extra={"count": proof.broken.seal_id})
    else:
        # The log is kept elsewhere: with this hash `verify-audit --expect` finds an end that was cut off.
        LOG.info("audit_chain_holds", extra={"count": proof.seals, "digest": proof.last_digest})


@job("find_audit_alerts", cron="41 9 * * *")
def find_alerts(context: JobContext) -> None:
    """The alerts of the last days that are over at the practice; what was found before is not found again."""
    today = practice_today(context.now)
    for back in range(LOOK_BACK, 0, -1):
        find_audit_alerts(day=today - timedelta(days=back), now=context.now)


@job("note_unsigned_months", cron="47 9 * * *")
def unsigned_months(context: JobContext) -> None:
    """Each month of decisions that one person took alone is the owner's work until it is signed (OPS-13)."""
    note_unsigned_months(on=practice_today(context.now), now=context.now)
