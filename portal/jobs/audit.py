"""Jobs of the audit trail: sealing it, and proving it nightly."""

from __future__ import annotations

import logging

from portal.queue import JobContext, job
from portal.services.seal_audit import check_audit, seal_audit

LOG = logging.getLogger("kindbill")


@job("seal_audit", cron="*/5 * * * *")
def seal(context: JobContext) -> None:
    """Put the newest rows under the chain."""
    seal_audit(now=context.now)


@job("check_audit", cron="17 8 * * *")
def check(_context: JobContext) -> None:
    """Say loudly when the trail is not what was sealed; nothing is ever mended by itself."""
    broken = check_audit()
    if broken is not None:
        LOG.error("audit_chain_broken", extra={"count": broken.seal_id})
