"""The words of PLAN-18 on a page, and who read them."""

from __future__ import annotations

from flask import request

from portal.services.card_notice import NoticeRead
from portal.web.languages import language


def notice_read() -> NoticeRead:
    """The one whose form this is, for the record of what they read."""
    return NoticeRead(
        language=language(),
        address=request.remote_addr or "",
        user_agent=request.user_agent.string[:200],
    )
