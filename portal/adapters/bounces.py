"""Reports of mail servers about messages that came back (RFC 3464): read with suspicion, anybody can send one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from portal.ports import ForgedMessage

LARGEST = 1024 * 1024  # a report with a whole returned message; ours are small
DEEPEST = 40  # parts of a report that are looked at
MARKED = re.compile(r"\bmessage-(\d{1,9})-([0-9a-f]{16})@")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# Where the return path stands once a mail server has put the report into a mailbox or a pipe.
ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
REPORT, RETURNED = "message/delivery-status", ("message/rfc822", "text/rfc822-headers")


@dataclass(frozen=True, slots=True)
class Report:
    """One report: whose messages it names (number, mark), whether they are given up, and the status code."""

    marks: tuple[tuple[str, str], ...]
    failed: bool  # given up; otherwise the server still tries
    status: str


def read_report(raw: bytes) -> Report:
    """The report in these bytes. Raises ForgedMessage for anything that is not one."""
    if len(raw) > LARGEST:
        raise ForgedMessage("too large for a delivery report")
    message = message_from_bytes(raw)
    parts = [part for part, _ in zip(message.walk(), range(DEEPEST), strict=False)]
    for part in parts:
        if part.get_content_type() == REPORT:
            return _read(part, tuple(_marks(message, parts)))
    raise ForgedMessage("not a delivery report")


def _read(part: Message, marks: tuple[tuple[str, str], ...]) -> Report:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        action = str(block.get("Action", "")).strip().lower()
        status = STATUS.search(str(block.get("Status", "")))
        if action in {"failed", "delayed"} and status:
            return Report(marks, action == "failed", status[1])
    raise ForgedMessage("the report tells of no failure")


def _marks(message: Message, parts: list[Message]) -> Iterator[tuple[str, str]]:
    """By the return path first, then by the Message-ID of the message that came back."""
    found = [str(value) for name in ENVELOPE for value in message.get_all(name, [])]
    found += [_returned_id(part) for part in parts if part.get_content_type() in RETURNED]
    for text in found:
        yield from MARKED.findall(text)


def _returned_id(part: Message) -> str:
    payload = part.get_payload(decode=False)
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return str(payload[0].get("Message-ID", ""))
    lines = str(payload).splitlines()
    return next((line for line in lines if line.lower().startswith("message-id:")), "")
