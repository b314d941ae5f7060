"""A real mail server on loopback: TLS by a certificate of its own, sign-in, and answers that a test chooses."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sandbox_server import free_port

USER, PASSWORD = "practice", "p@ss word/1"


@dataclass
class MailServer:
    """What it was given, and what it is to answer."""

    port: int
    ca_file: Path
    to_sender: str = "250 OK"
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    hang_up: bool = False  # takes the whole message, then goes away without a word
    envelopes: list[Envelope] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.to_sender

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _opts: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        self.over_tls.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.hang_up:
            server.transport.abort()
        return self.to_data

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            message_from_bytes(
                envelope.original_content, _class=EmailMessage, policy=policy.default
            )
            for envelope in self.envelopes
        ]


def _authenticate(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> Any:
    right = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=right, handled=mechanism not in {"PLAIN", "LOGIN"})


@contextmanager
def mail_server(folder: Path, *, tls: str = "", host: str = "127.0.0.1") -> Iterator[MailServer]:
    """Run one: `tls` is "smtps" for TLS from the start, "starttls" for TLS asked for and demanded."""
    ca_file, context = certificate(folder, host)
    server = MailServer(free_port(), ca_file)
    options: dict[str, Any] = {}
    if tls:
        options = {"auth_required": True, "authenticator": _authenticate}
    if tls == "smtps":
        # aiosmtpd only counts TLS that was asked for by STARTTLS.
        options |= {"ssl_context": context, "auth_require_tls": False}
    elif tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A self-made certificate for a host, and a server's context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kindbill test")])
    made = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made - timedelta(hours=1))
        .not_valid_after(made + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    ca_file, key_file = folder / "mail.pem", folder / "mail.key"
    pem = serialization.Encoding.PEM
    ca_file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))
    key_file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)
    return ca_file, context
