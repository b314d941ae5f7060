"""E-mail over SMTP: plain text, at most one file, one recipient, and a return path that tells which message came back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import smtplib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.adapters.bounces import read_report
from portal.ports import (
    Accepted,
    Attachment,
    BadAddress,
    Bounce,
    ForgedMessage,
    OutcomeUnknown,
    Refused,
    RetryLater,
)

TIMEOUT_SECONDS = 10
PERMANENT = 500
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
LONGEST_LINE = 78
MARK_LENGTH = 16
# What may stand between < and > of an envelope: no space, no bracket, nothing that ends a command.
ADDRESS = re.compile(r"[!-~]+@[!-~]+")
FORBIDDEN = re.compile(r"[\s<>,;\"\\()\[\]]")
# The address is at fault, not our words or the server's mood: no such mailbox, or a closed one.
BAD_ADDRESS = re.compile(rb"\b5\.(1\.\d{1,3}|2\.1)\b")


class SmtpEmail:
    """An EmailSender. `smtps://` is TLS from the start, `smtp+tls://` STARTTLS, `smtp://` a local relay.

    Names and certificates are verified; a server that offers no TLS gets no mail (MSG-18). `sender` may
    carry a name. `keys`, newest first, sign the return path `bounces+message-7-MARK@...` and the
    Message-ID, so that nobody can make a report about a message that they did not get.
    """

    def __init__(
        self,
        *,
        url: str,
        sender: str,
        bounces: str = "",
        keys: Sequence[bytes] = (b"unsigned",),
        ca_file: Path | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._address = parseaddr(sender)[1]
        self._bounces = bounces or self._address
        self._keys = tuple(keys)
        self._ca_file = ca_file

    def send(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        message_id: str,
        attachment: Attachment | None = None,
    ) -> Accepted:
        """Hand over one e-mail; the error says what the caller may do."""
        message = self._message(
            to=to, subject=subject, body=body, message_id=message_id, attachment=attachment
        )
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise RetryLater("the mail server did not answer") from error
        try:
            server.send_message(message, self._return_path(message_id), [to])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _recipient_error(code, words) from error
        except smtplib.SMTPDataError as error:
            raise _data_error(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            # Our own sender or greeting was not liked: nothing was sent, and the patient has no part in it.
            raise RetryLater(str(error.smtp_code)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("the mail server cannot take this address") from error
        except (OSError, smtplib.SMTPException) as error:
            raise OutcomeUnknown("the mail server went away") from error
        finally:
            # The message is theirs by now: a quarrel over QUIT must not send it twice.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
        return Accepted(provider_id=message["Message-ID"])

    def read_bounce(self, raw: bytes) -> Bounce:
        """What a mail server's report says of one of our messages. Raises ForgedMessage."""
        report = read_report(raw)
        for number, mark in report.marks:
            if self._is_ours(number, mark):
                return Bounce(
                    message_id=int(number),
                    failed=report.failed,
                    status=report.status,
                    bad_address=report.failed and report.status.startswith("5."),
                )
        raise ForgedMessage("the report is about no message of ours")

    def _message(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        message_id: str,
        attachment: Attachment | None = None,
    ) -> EmailMessage:
        if not ADDRESS.fullmatch(to) or FORBIDDEN.search(to):
            raise BadAddress("not an e-mail address")
        message = EmailMessage(policy=WIRE)
        domain = self._address.rpartition("@")[2]
        try:
            message["From"] = self._sender
            message["To"] = to
            message["Subject"] = subject
        except ValueError as error:  # a line break: somebody tries to write headers of their own
            raise Refused("a header is not one line") from error
        message["Reply-To"] = self._sender
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{self._marked(message_id)}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # so that no holiday note answers it
        plain = body.isascii() and all(len(line) <= LONGEST_LINE for line in body.splitlines())
        message.set_content(body, cte="7bit" if plain else "quoted-printable")
        if attachment is not None:
            maintype, _, subtype = attachment.kind.partition("/")
            message.add_attachment(
                attachment.data,
                maintype=maintype,
                subtype=subtype,
                filename=attachment.name,
                params=dict(attachment.parameters),
            )
        return message

    def _return_path(self, message_id: str) -> str:
        local, _, domain = self._bounces.rpartition("@")
        return f"{local}+{self._marked(message_id)}@{domain}"

    def _marked(self, message_id: str) -> str:
        return f"{message_id}-{_mark(self._keys[0], message_id)}"

    def _is_ours(self, number: str, mark: str) -> bool:
        return any(hmac.compare_digest(_mark(key, f"message-{number}"), mark) for key in self._keys)

    def _connect(self) -> smtplib.SMTP:
        scheme, host = self._url.scheme, self._url.hostname or "127.0.0.1"
        port = self._url.port or PORTS[scheme]
        greeting = self._address.rpartition("@")[2]
        if scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, greeting, timeout=TIMEOUT_SECONDS, context=self._tls()
            )
        else:
            server = smtplib.SMTP(host, port, greeting, timeout=TIMEOUT_SECONDS)
        try:
            if scheme == "smtp+tls":
                server.starttls(context=self._tls())
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._ca_file)


def _mark(key: bytes, message_id: str) -> str:
    return hmac.new(key, message_id.encode(), hashlib.sha256).hexdigest()[:MARK_LENGTH]


def _recipient_error(code: int, words: bytes) -> Refused | RetryLater:
    if code < PERMANENT:
        return RetryLater(str(code))
    text = words if isinstance(words, bytes) else str(words).encode()
    # A bare 550 to RCPT speaks of the recipient; 5.7 speaks of us.
    blames_us = b"5.7." in text
    return Refused(str(code)) if blames_us else BadAddress(str(code))


def _data_error(code: int, words: bytes | str) -> Refused | RetryLater:
    if code < PERMANENT:
        return RetryLater(str(code))
    text = words if isinstance(words, bytes) else words.encode()
    return BadAddress(str(code)) if BAD_ADDRESS.search(text) else Refused(str(code))
