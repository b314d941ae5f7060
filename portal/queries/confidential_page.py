"""What a person asked for about being reached, for their own page alone (HIPAA-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import Login
from portal.queries.statement_words import address_lines
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidentialPage:
    """What holds, and since when; all empty where nothing does."""

    since: datetime | None = None
    seen: bool = False
    address: tuple[str, ...] = ()
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    email: str = ""
    phone: str = ""
    no_paper: bool = False
    no_email: bool = False
    no_texts: bool = False
    no_calls: bool = False
    shared_phone: bool = False
    codes_by_text: bool = False  # their second step of signing in

    @property
    def never(self) -> tuple[str, ...]:
        """The ways we do not use, in words."""
        ways = (
            (self.no_paper, "No mail to your usual address"),
            (self.no_email, "No e-mail"),
            (self.no_texts, "No texts"),
            (self.no_calls, "No calls"),
            (self.shared_phone, "Others use my phone: texts hold only a link"),
        )
        return tuple(words for asked, words in ways if asked)


_ASKED = (
    *("street", "street2", "city", "state", "postal_code", "email", "phone"),
    *("no_paper", "no_email", "no_texts", "no_calls", "shared_phone"),
)


def confidential_page(viewer: PatientViewer) -> ConfidentialPage:
    """The viewer's own request."""
    with read_only() as session:
        by_text = session.get_one(Login, viewer.login_id).tf_primary_method == "sms"
        row = session.scalar(
            select(ConfidentialRequest).where(
                ConfidentialRequest.login_id == viewer.login_id,
                ConfidentialRequest.ended_at.is_(None),
            )
        )
        if row is None:
            return ConfidentialPage(codes_by_text=by_text)
        return ConfidentialPage(
            since=row.asked_at,
            seen=row.seen_at is not None,
            address=address_lines(row),
            codes_by_text=by_text,
            **{name: getattr(row, name) for name in _ASKED},
        )
