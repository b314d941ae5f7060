"""Letters of a practice: asked for, sent by the day, read in the batch."""

from __future__ import annotations

from datetime import date

from portal import db
from portal.models.notices import Notice
from portal.services.send_notice import AskedNotice, queue_notice
from portal.services.send_notices import NoticesSent, send_notices
from tests.services.statement_world import DAY, Office, World, noon

URL = "https://bills.example.com"


def queue(asked: AskedNotice, *, on: date = DAY) -> int | None:
    with db.transaction() as session:
        return queue_notice(session, asked, public_url=URL, on=on, now=noon(on))


def send(office: Office, *, on: date = DAY) -> NoticesSent:
    return send_notices(on=on, now=noon(on), shop=office, folder=office.outbox / on.isoformat())


def the(notice_id: int) -> Notice:
    with db.read_only() as session:
        return session.get_one(Notice, notice_id)


def committed(session) -> World:
    return World(session)
