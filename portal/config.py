"""Settings, read from the environment once; the application refuses to start when they are incomplete."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from portal.clock import CLOCK_FILE

CHECKOUT = Path(__file__).resolve().parent.parent
DATABASE_ROLE = "kindbill_app"  # what every connection of the application works as
EMBEDDED = "application_name=kindbill-embedded"  # how the URL of our own server tells itself
LIVE_KEYS = ("sk_live_", "rk_live_")
LONGEST_PUBLIC_URL = 33  # with the 17 characters of a link: billing.text_templates.LINK_LONGEST


class ConfigurationError(RuntimeError):
    """A setting is missing or dangerous; the message says which one and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the processes need to know about where they run."""

    home: Path
    database_url: str | None  # None: the embedded server in `home`; a login that owns nothing
    port: int
    public_url: str  # what patients type, no slash at the end
    secret_keys: tuple[str, ...]  # newest first
    file_keys: tuple[str, ...]  # newest first; Fernet keys
    smtp_url: str
    mail_from: str
    mail_bounces: str  # empty: as mail_from
    smtp_ca_file: Path | None
    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_api_base: str | None
    checkout_origin: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_from: str
    twilio_api_base: str | None
    twilio_campaign: str = ""  # the registered campaign's id (MSG-14)
    baa_records: tuple[str, ...] = ()  # of who carries our messages (MSG-23)
    spanish_reviewed_by: str = ""  # who has read the Spanish pages (LANG-2); empty: not offered
    era_folder: Path | None = None  # 835 files that are put here are taken in
    era_sftp: str = ""  # sftp://user@host:port/folder of the payer or clearinghouse
    era_sftp_key: Path | None = None  # our private key
    era_sftp_host_key: str = ""  # the server's public key; any other is refused
    era_sftp_delete: bool = False  # take files away for good instead of into taken/
    owner_database_url: str = ""  # for init-db alone: who owns the tables
    clock_file: Path | None = None  # of a demo: by how much its clock is ahead (portal/clock.py)
    testing: bool = False

    def __post_init__(self) -> None:
        """A live key never talks to a stand-in (payments.md section 3), nor to patients in clear text."""
        _check_smtp(self.smtp_url)
        self._check_sftp()
        if self.test_keys:
            return
        if self.clock_file:
            raise ConfigurationError(
                "STRIPE_SECRET_KEY is a live key and KINDBILL_CLOCK_FILE is set: a practice lives"
                " by the true clock. Unset one of them"
            )
        for name, base in (
            ("STRIPE_API_BASE", self.stripe_api_base),
            ("TWILIO_API_BASE", self.twilio_api_base),
        ):
            if base:
                raise ConfigurationError(
                    f"STRIPE_SECRET_KEY is a live key and {name} points elsewhere: unset one of them"
                )
        if not self.secure_cookies:
            raise ConfigurationError(
                "STRIPE_SECRET_KEY is a live key and KINDBILL_PUBLIC_URL does not begin with"
                " https://: real patients' sign-ins would travel unprotected"
            )
        self._check_texts()

    def _check_sftp(self) -> None:
        """Remittances name patients: they are fetched with a key, and from one known server alone."""
        if not self.era_sftp:
            return
        parts = urlsplit(self.era_sftp)
        if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.password:
            raise ConfigurationError(
                "KINDBILL_ERA_SFTP must look like sftp://user@host:22/folder, without a password"
            )
        if self.era_sftp_key is None or not self.era_sftp_host_key:
            raise ConfigurationError(
                "KINDBILL_ERA_SFTP is set: KINDBILL_ERA_SFTP_KEY must name our private key file, and"
                " KINDBILL_ERA_SFTP_HOST_KEY the server's public key as its owner gave it"
            )

    def _check_texts(self) -> None:
        """MSG-14, MSG-23: no text to real patients before the campaign and the agreement stand."""
        if not self.twilio_account_sid:
            return
        for name, given in (
            ("TWILIO_CAMPAIGN", self.twilio_campaign),
            ("KINDBILL_BAA_RECORDS", self.baa_records),
        ):
            if not given:
                raise ConfigurationError(
                    f"STRIPE_SECRET_KEY is a live key and texts are on, and {name} is empty:"
                    " docs/operations.md says what it holds. Without TWILIO_ACCOUNT_SID texts are off"
                )
        if len(self.public_url) > LONGEST_PUBLIC_URL:
            raise ConfigurationError(
                f"KINDBILL_PUBLIC_URL has more than {LONGEST_PUBLIC_URL} letters: with a link on it"
                " a text would not fit (MSG-10)"
            )

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def test_keys(self) -> bool:
        return not self.stripe_secret_key.startswith(LIVE_KEYS)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment. Keys that are not given are made once and kept in the home folder."""
        home = Path(environ.get("KINDBILL_HOME") or default_home()).resolve()
        port = int(environ.get("KINDBILL_PORT", "8000"))
        stripe_base = environ.get("STRIPE_API_BASE")
        ca_file = environ.get("KINDBILL_SMTP_CA_FILE")
        return cls(
            home=home,
            database_url=environ.get("KINDBILL_DATABASE_URL"),
            owner_database_url=environ.get("KINDBILL_OWNER_DATABASE_URL", ""),
            port=port,
            public_url=environ.get("KINDBILL_PUBLIC_URL", f"http://localhost:{port}").rstrip("/"),
            secret_keys=_keys(environ, "KINDBILL_SECRET_KEYS", home),
            file_keys=_keys(environ, "KINDBILL_FILE_KEYS", home),
            smtp_url=environ.get("KINDBILL_SMTP_URL", "smtp://127.0.0.1:1025"),
            mail_from=environ.get("KINDBILL_MAIL_FROM", "billing@practice.example.com"),
            mail_bounces=environ.get("KINDBILL_MAIL_BOUNCES", ""),
            smtp_ca_file=Path(ca_file) if ca_file else None,
            stripe_secret_key=environ.get("STRIPE_SECRET_KEY", ""),
            stripe_webhook_secret=environ.get("STRIPE_WEBHOOK_SECRET", ""),
            stripe_api_base=stripe_base,
            checkout_origin=stripe_base or "https://checkout.stripe.com",
            twilio_account_sid=environ.get("TWILIO_ACCOUNT_SID", ""),
            twilio_auth_token=environ.get("TWILIO_AUTH_TOKEN", ""),
            twilio_from=environ.get("TWILIO_FROM", "+15005550006"),
            twilio_api_base=environ.get("TWILIO_API_BASE"),
            twilio_campaign=environ.get("TWILIO_CAMPAIGN", ""),
            baa_records=tuple(environ.get("KINDBILL_BAA_RECORDS", "").replace(",", " ").split()),
            spanish_reviewed_by=environ.get("KINDBILL_SPANISH_REVIEWED_BY", "").strip(),
            era_folder=_path(environ, "KINDBILL_ERA_FOLDER"),
            clock_file=_path(environ, CLOCK_FILE),
            era_sftp=environ.get("KINDBILL_ERA_SFTP", ""),
            era_sftp_key=_path(environ, "KINDBILL_ERA_SFTP_KEY"),
            era_sftp_host_key=environ.get("KINDBILL_ERA_SFTP_HOST_KEY", "").strip(),
            era_sftp_delete=environ.get("KINDBILL_ERA_SFTP_DELETE", "") == "yes",
        )


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _check_smtp(url: str) -> None:
    """E-mail crosses a network under TLS or not at all (MSG-18)."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"}:
        raise ConfigurationError(
            "KINDBILL_SMTP_URL must begin with smtps:// (TLS), smtp+tls:// (STARTTLS) or, for a relay"
            " on this machine, smtp://"
        )
    if parts.scheme == "smtp" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            "KINDBILL_SMTP_URL would send e-mail unprotected to another machine: use smtps:// or"
            " smtp+tls://"
        )


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def derived_key(key: str, purpose: str) -> bytes:
    """A key for one purpose, so that no two uses share a secret."""
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).digest()


def default_home() -> Path:
    """`var/` in the checkout; under a folder closed to others (root's home) the embedded server needs an open one."""
    inside = CHECKOUT / "var"
    if os.geteuid() == 0 and any(parent.stat().st_mode & 0o001 == 0 for parent in CHECKOUT.parents):
        digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
        return Path("/var/lib/kindbill") / digest
    return inside


def _keys(environ: Mapping[str, str], name: str, home: Path) -> tuple[str, ...]:
    """The keys of one setting, newest first; a first run without them writes one into the home folder."""
    if environ.get(name):
        return tuple(environ[name].split(","))
    path = home / "keys" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        path.chmod(0o600)
    return tuple(path.read_text().split(","))
