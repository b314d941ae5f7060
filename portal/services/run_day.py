"""The daily cycle as of one day: hanging payments, refunds, credit, payment plans, small balances, statements that are due, the mail batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.db import read_only
from portal.models.practice import Practice
from portal.office_ports import MailHouse
from portal.services.apply_waiting_credit import apply_waiting_credit
from portal.services.bill_appointments import bill_prepaid
from portal.services.claim_draft import DraftDay
from portal.services.close_card_tasks import close_card_tasks
from portal.services.corrected_letter import write_corrected_letters
from portal.services.cut_statements import Cut, cut_statements
from portal.services.deliver_statements import Delivered, Shop, deliver_statements
from portal.services.escalate_tasks import escalate_tasks
from portal.services.extend_awards import extend_awards
from portal.services.guest_application import forget_guests
from portal.services.keep_agb import renew_agb
from portal.services.keep_assistance_letter import write_assistance_letters
from portal.services.mail_batch import write_addresses
from portal.services.mail_returned import mail_returned
from portal.services.note_credits import note_credits
from portal.services.note_refunds import note_refunds
from portal.services.print_visit_letters import print_visit_letters
from portal.services.propose_small_balances import Proposed, propose_small_balances
from portal.services.queue_notices import queue_notices
from portal.services.queue_visit_reminders import Reminded, queue_visit_reminders
from portal.services.reassociate import reassociate
from portal.services.refusal import Refusal
from portal.services.screen_waiting import screen_waiting
from portal.services.send_notices import NoticesSent, printed_on, send_notices
from portal.services.settle_reviews import settle_reviews
from portal.services.sweep_messages import sweep_messages
from portal.services.sweep_payments import Swept, sweep_payments
from portal.services.tend_denials import tend_denials
from portal.services.tend_disputes import tend_disputes
from portal.services.tend_drafts import DraftsTended, tend_drafts
from portal.services.tend_payer_refunds import tend_payer_refunds
from portal.services.tend_placements import PlacementsTended, tend_placements
from portal.services.tend_plans import Tended, tend_plans
from portal.services.tend_prepayments import tend_prepayments
from portal.services.tend_promises import tend_promises
from portal.services.tend_returned import tend_returned
from portal.services.tend_unpaid_claims import tend_unpaid_claims
from portal.services.walk_dunning import Walked, walk_dunning
from portal.services.warn_filing import warn_filing
from portal.services.write_placement_files import FilesWritten, write_placement_files

DEFAULT_ZONE = "America/New_York"


class TimeRefused(Refusal):
    """The time of day is not one."""

    title = "That is not a time"


class Office(Shop, Protocol):
    """What a day needs of the outside."""

    @property
    def public_url(self) -> str: ...
    @property
    def outbox(self) -> Path: ...
    @property
    def mail(self) -> MailHouse: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """What the day's run did; a second run of the same day does nothing more."""

    on: date
    swept: Swept
    awarded: int  # standing awards of assistance that reached further bills
    tended: Tended
    small: Proposed
    cut: Cut
    delivered: Delivered
    returned: Delivered  # paper for what e-mail could not deliver, and copies asked for
    sent: NoticesSent  # letters with required words
    envelopes: int
    notices: int
    reminded: Reminded
    drafts: DraftsTended
    walked: Walked
    placements: PlacementsTended
    files: FilesWritten  # to agencies
    folder: Path

    def lines(self) -> Iterator[str]:
        """The report as the command prints it."""
        yield f"{self.on}: {len(self.cut.numbers)} statements cut, {len(self.delivered.sent)} sent"
        yield from self._taken_off()
        if self.cut.held_accounts:
            yield f"{len(self.cut.held_accounts)} held: see the work queue"
        if self.delivered.announced:
            yield f"{len(self.delivered.announced)} announced by e-mail"
        if self.returned.sent:
            yield f"{len(self.returned.sent)} mailed after an e-mail came back, or asked for on paper"
        for number, rules in (*self.delivered.stopped, *self.returned.stopped):
            yield f"{number} not sent: {', '.join(rules)}"
        yield from self.sent.lines()
        if self.envelopes:
            yield f"{self.envelopes} envelopes in {self.folder}"
        yield from self.drafts.lines()
        yield from self.walked.lines()
        yield from self.placements.lines()
        yield from self.files.lines()
        if self.notices:
            yield f"{self.notices} texts and e-mails about statements queued"
        if self.reminded.messages or self.reminded.letters:
            told = self.reminded
            yield f"{told.messages} texts and e-mails, {told.letters} letters about visits queued"

    def _taken_off(self) -> Iterator[str]:
        if self.awarded:
            yield f"{self.awarded} awards of assistance reached further bills"
        if self.tended.moved or self.tended.letters:
            yield f"{self.tended.moved} payment plans moved, {self.tended.letters} letters about plans"
        if small := self.small.accounts + self.small.payer_rests:
            yield f"{self.small.amount} in {small} small balances proposed"


def run_day(*, on: date, now: datetime, office: Office) -> DayReport:
    """Do everything that is due on this day."""
    folder = office.outbox / on.isoformat()
    # First, so that texts about visits leave while the bills are worked on.
    reminded = queue_visit_reminders(on=on, now=now, public_url=office.public_url)
    swept = sweep_payments(now=now)
    bill_prepaid(on=on)
    tend_prepayments(on=on, now=now)
    escalate_tasks(on=on, now=now)
    close_card_tasks(now=now)
    tend_denials(on=on, now=now)
    settle_reviews(now=now)
    tend_disputes(on=on, now=now)
    warn_filing(on=on, now=now)
    tend_unpaid_claims(on=on, now=now)
    note_refunds(on=on, now=now)
    reassociate(on=on, now=now)
    apply_waiting_credit(on=on)
    renew_agb(on=on, now=now)
    awarded = extend_awards(on=on, now=now)
    write_assistance_letters(press=office, now=now)
    note_credits(on=on, now=now)
    tend_payer_refunds(on=on)
    tend_promises(on=on, now=now)
    tended = tend_plans(on=on, now=now, public_url=office.public_url)
    drafts = tend_drafts(DraftDay(on=on, now=now, public_url=office.public_url))
    small = propose_small_balances(on=on, now=now)
    tend_returned(now=now)
    cut = cut_statements(on=on, now=now, public_url=office.public_url)
    delivered = deliver_statements(on=on, now=now, shop=office, folder=folder)
    returned = mail_returned(on=on, now=now, shop=office, folder=folder)
    write_corrected_letters(on=on, now=now, public_url=office.public_url)
    walked = walk_dunning(on=on, now=now, public_url=office.public_url)
    screen_waiting(on=on, now=now)
    placements = tend_placements(on=on, now=now)
    files = write_placement_files(on=on, now=now, shelf=office)
    letters = print_visit_letters(on=on, now=now, printer=office.printer, folder=folder)
    sent = send_notices(on=on, now=now, shop=office, folder=folder)
    envelopes = write_addresses(on=on, folder=folder, letters=(*letters, *printed_on(on=on)))
    if envelopes:
        office.mail.hand_over(folder, batch=on.isoformat())
    notices = queue_notices(on=on, now=now, public_url=office.public_url)
    sweep_messages(now=now)
    forget_guests(now=now, documents=office.documents)
    return DayReport(
        on=on,
        swept=swept,
        awarded=awarded,
        tended=tended,
        small=small,
        cut=cut,
        delivered=delivered,
        returned=returned,
        sent=sent,
        envelopes=envelopes,
        notices=notices,
        reminded=reminded,
        drafts=drafts,
        walked=walked,
        placements=placements,
        files=files,
        folder=folder,
    )


def moment_of(*, on: date, at: str) -> datetime:
    """The instant when the practice's clock shows this time on this day."""
    try:
        clock = time.fromisoformat(at)
    except ValueError as error:
        raise TimeRefused(f"“{at}” is not a time: write it as HH:MM.") from error
    return datetime.combine(on, clock, tzinfo=practice_zone()).astimezone(UTC)


def practice_zone() -> ZoneInfo:
    """The practice's time zone."""
    with read_only() as session:
        name = session.scalar(select(Practice.time_zone).where(Practice.id == 1))
    return ZoneInfo(name or DEFAULT_ZONE)
