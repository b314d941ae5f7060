"""Fills the demo's database the way a practice does: its files, day by day, through the real importers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from portal import db, queue, wiring
from portal.config import Settings
from portal.jobs import schedule
from portal.models.practice import Practice
from portal.services.import_claims import import_claims
from portal.services.import_practice import import_practice
from portal.services.post_remittance import post_remittance
from portal.services.run_day import run_day
from portal.services.set_practice import set_practice
from sandbox.practice.catalogue import PRACTICE_NPI
from sandbox.practice.generate import invent_practice, write_practice
from sandbox.practice.office_files import nothing_received
from tools.demo_contract import WEEKS_AGO, agree_contract

ZONE = ZoneInfo("America/New_York")
CSV_KINDS = ("contacts", "charges", "receipts")
INVENTED_SITE = "https://riverside.example.com"


# Not by downgrading: the migrations rightly refuse to throw a ledger away.
DROP_EVERYTHING = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT oid::regclass::text AS name FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', thing.name);
  END LOOP;
  FOR thing IN SELECT oid::regprocedure::text AS name FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.name);
  END LOOP;
  FOR thing IN SELECT oid::regtype::text AS name FROM pg_type
                WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'c') LOOP
    EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name);
  END LOOP;
END $$
"""


class NotTheDemo(RuntimeError):
    """What is there is not a demo's, so the demo leaves it alone."""


def generate_practice(folder: Path, public_url: str) -> dict[str, Any]:
    """The invented practice's files, up to yesterday; what statements say of help is on the pages of this demo."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    today = datetime.now(ZONE).date()
    story = write_practice(invent_practice(today=today), folder)
    settings = folder / story["settings"]
    settings.write_text(settings.read_text().replace(INVENTED_SITE, public_url))
    return story


def feed_practice(
    folder: Path,
    story: dict[str, Any],
    *,
    gateways: wiring.Gateways,
    end_of_week: Callable[[date], None],
) -> None:
    """Every file on its own day, with the clock of that day; then whatever a week ends with."""
    set_practice(toml=(folder / story["settings"]).read_text())
    yesterday = date.fromisoformat(story["today"]) - timedelta(days=1)
    for day, found in groupby(story["calendar"], key=lambda file: str(file["on"])):
        on = date.fromisoformat(day)
        for file in found:
            _hand_in(folder / file["path"], file["kind"], at(on, 8), gateways)
        if (yesterday - on).days % 7 == 0:
            end_of_week(on)


def live_through(
    folder: Path,
    story: dict[str, Any],
    *,
    settings: Settings,
    url: str,
    say: Callable[[str], None],
    deeds: Callable[[date], None],
) -> None:
    """Six months: each week's files, its statements in the mail, what people did, its messages sent."""
    schedule.register()
    gateways = wiring.build(settings)
    months: set[tuple[int, int]] = set()
    contract_on = date.fromisoformat(story["today"]) - timedelta(days=1, weeks=WEEKS_AGO)

    def end_of_week(on: date) -> None:
        if (on.year, on.month) not in months:
            months.add((on.year, on.month))
            say(f"  {on:%B %Y}")
        if on == contract_on:
            agree_contract(on)
        run_day(on=on, now=at(on, 10), office=gateways)
        deeds(on)
        failed = queue.run_due(url, gateways, now=at(on, 10))
        if failed:
            raise RuntimeError(f"{failed} jobs of {on} failed")

    feed_practice(folder, story, gateways=gateways, end_of_week=end_of_week)


def say_receipts_are_complete(*, now: datetime) -> None:
    """The day's receipts file; without one, copays taken at the desk would hold the bills of a demo begun earlier."""
    today = now.astimezone(ZONE).date()
    data = nothing_received(through=today).encode()
    import_practice(kind="receipts", data=data, name=f"receipts-{today}.csv", now=now)


def refuse_other_practice() -> None:
    """A database that holds another practice, or half a demo, is not filled."""
    with db.read_only() as session:
        practice = session.get(Practice, 1)
    if practice is None:
        return
    if practice.npi != PRACTICE_NPI:
        raise NotTheDemo(
            f"This database belongs to {practice.name}: point KINDBILL_DATABASE_URL at an empty one."
        )
    raise NotTheDemo("The demo's data is half there: `make demo-reset` starts over.")


def reset(url: str) -> None:
    """Take every table of a demo's database away again; any other practice's is refused."""
    engine = create_engine(db.psycopg_url(url))
    with engine.begin() as owner:
        if owner.scalar(text("SELECT to_regclass('public.practices')")) is not None:
            names = "SELECT name FROM practices WHERE npi <> :demo"
            other = owner.scalar(text(names), {"demo": PRACTICE_NPI})
            if other is not None:
                raise NotTheDemo(f"This database belongs to {other}; nothing was reset.")
        owner.execute(text(DROP_EVERYTHING))
    engine.dispose()


def at(on: date, hour: int) -> datetime:
    """An hour of a day at the practice."""
    return datetime.combine(on, time(hour), ZONE).astimezone(UTC)


def _hand_in(path: Path, kind: str, now: datetime, gateways: wiring.Gateways) -> None:
    data, name = path.read_bytes(), path.name
    if kind == "claims":
        result = import_claims(data=data, name=name, now=now, store=gateways.documents)
    elif kind in CSV_KINDS:
        result = import_practice(kind=kind, data=data, name=name, now=now)
    else:
        post_remittance(data=data, name=name, now=now, store=gateways.documents)
        return
    refused = [refusal for file in result.to_json()["files"] for refusal in file["refused"]]
    if refused:
        raise RuntimeError(f"{name} was refused: {json.dumps(refused[:3], default=str)}")
