"""How far somebody new has come, kept in their signed cookie until the last screen: nothing is on our side before."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import session

from portal.queries.text_consents import TextCategory
from portal.services.register_person import Person
from portal.web.clock import now

KEY = "registration"
STEPS = (
    *("start", "language", "email", "email_code", "phone", "phone_code"),
    *("emergency", "texts", "password"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The answers so far; times as ISO text, as a cookie can hold them."""

    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    birth_on: str = ""
    spoken_language: str = "en"
    written_language: str = "en"
    interpreter: bool = False
    formats: tuple[str, ...] = ()
    email: str = ""
    email_nonce: str = ""
    email_sent_at: str = ""
    mobile: str = ""
    mobile_nonce: str = ""
    mobile_sent_at: str = ""
    mobile_proven_at: str = ""
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""
    texts: tuple[str, ...] = ()
    done: tuple[str, ...] = field(default=())  # names of STEPS

    @property
    def next(self) -> str:
        """The first question that is still open; texts are asked about only on a proven number."""
        open_steps = [step for step in STEPS if step not in self.done]
        if open_steps[0] == "texts" and not self.mobile_proven_at:
            return "password"
        return open_steps[0]

    @property
    def person(self) -> Person:
        """What is kept when the journey ends."""
        names = [name for name in Person.__dataclass_fields__ if name in self.__dataclass_fields__]
        said = {name: getattr(self, name) for name in names}
        proven = self.mobile_proven_at
        said["birth_on"] = date.fromisoformat(self.birth_on)
        said["mobile_proven_at"] = datetime.fromisoformat(proven) if proven else None
        return Person(**said)

    @property
    def categories(self) -> list[TextCategory]:
        return [TextCategory(name) for name in self.texts]


def at(step: str) -> Journey | None:
    """The journey of this browser, if it may be at this question: every earlier one is answered."""
    journey = current()
    if journey is None or STEPS.index(step) > STEPS.index(journey.next):
        return None
    return journey


def current() -> Journey | None:
    """Where this browser is, if anywhere."""
    kept: dict[str, Any] | None = session.get(KEY)
    if kept is None:
        return None
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    return Journey(**kept | lists)


def answered(journey: Journey, step: str, **answers: Any) -> Journey:
    """Keep what was said to a question; one answered anew opens those that hang on it again."""
    stale = {"email": {"email_code"}, "phone": {"phone_code", "texts"}}.get(step, set())
    kept = [one for one in journey.done if one not in stale | {step}]
    fresh = replace(journey, done=(*kept, step), **answers)
    session[KEY] = asdict(fresh)
    return fresh


def new_nonce() -> dict[str, str]:
    """What makes the codes sent before worthless, and when the new one left."""
    return {"nonce": secrets.token_urlsafe(12), "sent_at": now().isoformat()}


def end() -> None:
    """Forget the journey."""
    session.pop(KEY, None)
