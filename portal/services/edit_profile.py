"""Change what a person says of themself; what stood there before is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.db import transaction
from portal.models.profiles import Profile
from portal.queries.viewer import PatientViewer
from portal.services.refusal import Refusal
from portal.services.revise import revise

# Whoever signed up with a code has no profile yet: it begins with a name and a birth date.
_FIRST = frozenset({"first_name", "last_name", "birth_on"})


class NameFirst(Refusal):
    """There is no profile yet, and these answers do not begin one."""

    title = "Tell us your name first"


def edit_profile(*, viewer: PatientViewer, answers: dict[str, Any], now: datetime) -> bool:
    """Write the answers to the viewer's own profile; whether anything changed. Raises NameFirst.

    `answers` are columns of `profiles`. The practice's record is not touched.
    """
    said = {name: list(v) if isinstance(v, tuple) else v for name, v in answers.items()}
    with transaction() as session:
        profile = session.scalar(
            select(Profile).where(Profile.login_id == viewer.login_id).with_for_update()
        )
        if profile is None:
            if not answers.keys() >= _FIRST:
                raise NameFirst("Type your name and birth date. Then you can tell us the rest.")
            session.add(Profile(login_id=viewer.login_id, created_at=now, **said))
            return True
        return revise(session, profile, said, source=f"login:{viewer.login_id}", now=now)
