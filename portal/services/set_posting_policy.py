"""A manager says how much of a payer's remittances posts by itself: a new row with its reason, none is edited."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import func, select

from billing.free_text import check_free_text
from billing.posting_policy import Level
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.posting import PostingPolicy
from portal.queries.payer_rules import newest_rule
from portal.queries.posting_rules import AS_PRACTICE
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

_CARC = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")
_LOCK = 0x836


class CannotSetRule(Refusal):
    """The rule would not make sense, or somebody changed it meanwhile; the message says which."""

    title = "Nothing was saved"


def codes_in(text: str) -> tuple[str, ...]:
    """The CARCs of a list as people type it, each once. Raises CannotSetRule for what is none."""
    found = tuple(dict.fromkeys(re.split(r"[\s,;]+", text.upper().strip(" ,;"))))
    codes = tuple(code for code in found if code)
    wrong = [code for code in codes if not _CARC.fullmatch(code)]
    if wrong:
        raise CannotSetRule(
            f"{wrong[0][:10]} is no adjustment code. Codes look like 97 or B7, without the group."
        )
    return codes


def set_posting_policy(
    *,
    payer_id: int | None,
    level: str,
    never_auto: str,
    effective_from: date,
    reason: str,
    upon: int,
    staff: StaffViewer,
    now: datetime,
) -> int:
    """Keep the rule of one payer, or of the practice; the number of its row.

    `upon` is the newest row that the form was filled in on. Raises CannotSetRule, CardNumberRefused, NotFound.
    """
    reason = check_free_text(reason)
    codes = codes_in(never_auto)
    if not staff.may("payers.policy"):
        raise CannotSetRule("Your role cannot change how remittances post.")
    if level not in {*Level, *([AS_PRACTICE] if payer_id is not None else [])} or not reason:
        raise CannotSetRule("Choose how much posts by itself, and say why.")
    with transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if payer_id is not None and session.get(Payer, payer_id) is None:
            raise NotFound
        if newest_rule(session, payer_id) != upon:
            raise CannotSetRule("Somebody changed this rule before you. Look at it again.")
        if effective_from < practice_date(session, now):
            raise CannotSetRule("A rule begins today or later: what posted before stays as it is.")
        row = PostingPolicy(
            payer_id=payer_id,
            level=level,
            never_auto=[] if level == AS_PRACTICE else list(codes),
            effective_from=effective_from,
            reason=reason,
            made_by_id=staff.login_id,
            made_at=now,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="posting_policy",
            object_id=row.id,
            reason=reason,
            now=now,
        )
        return row.id
