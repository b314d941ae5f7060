"""What the signed-in person said of themself, for their own pages and forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.identity import Login
from portal.models.profiles import Profile
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """One's own particulars; empty where nothing was said, as by those who signed up with a code."""

    email: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    birth_on: date | None = None
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    mobile: str = ""
    mobile_proven_at: datetime | None = None
    spoken_language: str = "en"
    written_language: str = "en"
    interpreter: bool = False
    formats: tuple[str, ...] = ()
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""

    @property
    def name(self) -> str:
        parts = (self.first_name, self.middle_name, self.last_name, self.suffix)
        return " ".join(part for part in parts if part)

    @property
    def address(self) -> tuple[str, ...]:
        """The lines of an envelope below the name."""
        town = f"{self.city}, {self.state} {self.postal_code}".strip(", ")
        return tuple(line for line in (self.street, self.street2, town) if line)


def profile_page(viewer: PatientViewer) -> ProfilePage:
    """The viewer's own profile."""
    with read_only() as session:
        row = session.execute(
            select(Login.email, Profile)
            .outerjoin(Profile, Profile.login_id == Login.id)
            .where(Login.id == viewer.login_id)
        ).one()
    profile: Profile | None = row.Profile
    if profile is None:
        return ProfilePage(email=row.email)
    own = {
        name: getattr(profile, name) for name in ProfilePage.__dataclass_fields__ if name != "email"
    }
    return ProfilePage(email=row.email, **own | {"formats": tuple(profile.formats)})
