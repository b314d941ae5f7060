"""What an agency sends back, and how it is read."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from billing import entries
from billing.ledger import Account
from billing.money import ZERO, Money
from billing.placement import bad_debt
from portal import db
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.balances import balances
from portal.queries.ledger_proof import verify_ledger
from portal.queries.placed_bills import placed_bills
from portal.services.read_agency_file import ReturnsRead, read_agency_file
from portal.services.take_agency_file import take_agency_file
from tests.services.placement_world import PLACED_ON, agency, place
from tests.services.statement_world import later, noon

ON = PLACED_ON + timedelta(days=4)
COLUMNS = (
    "ref kind placement happened_on amount fee detail of line_1 line_2 city state zip phone email"
)

# Its decisions are rows beside an entry, without the remittance's own totals.
OF_THE_WORLD = frozenset(
    {
        "payer_clearing moved by BPR02 for each posted remittance",
        "payer_clearing moves by remittances and deposits alone",
        "each decision moves the payer's money by CLP04",
        "each decision puts on the patient what its PR lines say",
    }
)


class Memory:
    """A document store of a test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        key = f"doc:{len(self.kept)}"
        self.kept[key] = data
        return key

    def get(self, key: str) -> bytes:
        return self.kept[key]


def placed(world, *, cents=5000):
    """A bill at an agency: the agency's id, the bill and its placement."""
    bill = world.owed(cents)
    at = agency(world)
    return at.id, bill, place(world, bill, at, cents=cents)


def line(ref, kind, placement, **cells):
    """One row as the agency writes it."""
    return {
        "ref": ref,
        "kind": kind,
        "placement": placement if isinstance(placement, str) else placement.number,
        "happened_on": ON.isoformat(),
        **cells,
    }


def csv_of(*rows) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS.split())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def take(agency_id, *rows, staff=None):
    """The id of the file, taken in and not read."""
    file_id = uuid4()
    take_agency_file(
        file_id=file_id,
        agency_id=agency_id,
        data=csv_of(*rows),
        name="returns.csv",
        staff=staff,
        store=Memory(),
        now=noon(ON),
    )
    return file_id


def read(agency_id, *rows, staff=None) -> ReturnsRead:
    """Take a file in and let it count."""
    return count(agency_id, take(agency_id, *rows, staff=staff), staff=staff)


def count(agency_id, file_id, *, staff=None) -> ReturnsRead:
    return read_agency_file(
        file_id=file_id,
        agency_id=agency_id,
        staff=staff,
        public_url="http://localhost:8000",
        on=ON,
        now=noon(ON),
    )


def write_off(placement) -> None:
    """All that is open on the bill becomes bad debt."""

    def post(world):
        (one,) = placed_bills(world.session, [placement], on=ON)
        lines = one.open_lines
        world.post(
            bad_debt(source_ref=f"bad:{placement.id}", occurred_on=ON, lines=lines, memo="test")
        )

    later(post)


def let_go(placement) -> None:
    """All that is open on the bill is let go as a small balance."""

    def post(world):
        (one,) = placed_bills(world.session, [placement], on=ON)
        lines = [entries.Line(line.party, line.amount) for line in one.open_lines]
        world.post(
            entries.adjustment(
                source_ref=f"small:{placement.id}",
                occurred_on=ON,
                account=Account.SMALL_BALANCE,
                lines=lines,
                memo="test",
            )
        )

    later(post)


def books(account: Account) -> Money:
    """Debit less credit of a ledger account."""
    with db.read_only() as session:
        rows = session.execute(
            select(PostingRow.side, PostingRow.amount)
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(LedgerAccount.code == account)
        )
        return sum((cents if side == "debit" else -cents for side, cents in rows), ZERO)


def owed(bill) -> Money:
    with db.read_only() as session:
        (account,) = balances(session, on=ON, visit_ids=[bill[0].id])
        return account.patient_due


def standing(bill) -> dict[str, Money]:
    """What the returns may move."""
    moved = (
        Account.AGENCY_CLEARING,
        Account.BAD_DEBT,
        Account.SMALL_BALANCE,
        Account.PATIENT_CREDIT,
    )
    return {"owed": owed(bill), **{one.value: books(one) for one in moved}}


def faults() -> list[str]:
    """The checks of the ledger that fail, but for those that a test's world of plain rows cannot pass."""
    return sorted({one.check for one in verify_ledger().faults} - OF_THE_WORLD)
