"""The two faces: patients and staff share code, never a cookie, a secret or a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from portal.config import Settings

PORTAL = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What differs between the faces' sign-ins (HIPAA-2, ID-9, ID-10)."""

    name: str  # logins.face
    shown_as: str  # in somebody's authenticator app, and beside a passkey
    package: str
    templates: tuple[Path, ...]
    idle: timedelta
    absolute: timedelta
    second_factors: tuple[str, ...]
    remembers_devices: bool
    mounted_at: str  # below the public address
    pays: bool  # its pages send people to the hosted checkout
    has_guests: bool  # people may come by the link in a text, without a sign-in


PATIENT = Face(
    name="patient",
    shown_as="Kindbill",
    package="portal",
    templates=(PORTAL / "templates",),
    idle=timedelta(minutes=20),
    absolute=timedelta(hours=24),
    second_factors=("authenticator", "sms"),
    remembers_devices=True,
    mounted_at="",
    pays=True,
    has_guests=True,
)
STAFF = Face(
    name="staff",
    shown_as="Kindbill staff",
    package="staff_admin",
    templates=(PORTAL / "templates", PORTAL.parent / "staff_admin" / "templates"),
    idle=timedelta(minutes=15),
    absolute=timedelta(hours=12),
    second_factors=("authenticator",),
    remembers_devices=False,
    mounted_at="/staff",
    pays=False,
    has_guests=False,
)


def cookie_name(use: str, face: Face, settings: Settings) -> str:
    """Faces never share a cookie; over TLS the browser itself holds each to this host."""
    prefix = "__Host-" if settings.secure_cookies else ""
    return f"{prefix}kindbill-{face.name}-{use}"
