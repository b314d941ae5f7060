"""The demo: a sample practice fed through the real importers, the stand-ins, the worker and the web.

python -m tools.demo            (what `make demo` runs: serves until Ctrl-C)
python -m tools.demo --reset    (what `make demo-reset` runs)
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal import clock, db, wiring
from portal.cli import migrate
from portal.config import ConfigurationError, Settings
from portal.embedded import database_of
from tools.demo_clock import clock_folder
from tools.demo_collections import fill_collections
from tools.demo_desk import prepare_desk
from tools.demo_estimates import fill_estimates
from tools.demo_help import fill_help
from tools.demo_people import (
    NEWCOMER,
    Demo,
    invite_everybody,
    planners_deeds,
    print_fresh_codes,
)
from tools.demo_posting import incoming_folder, prepare_posting
from tools.demo_practice import (
    ZONE,
    NotTheDemo,
    generate_practice,
    live_through,
    refuse_other_practice,
    reset,
    say_receipts_are_complete,
)
from tools.demo_processes import Processes, free_port, refuse_taken_ports
from tools.demo_visit_stories import agree_to_visit_texts, tell_visits
from tools.demo_visits import fill_calendar
from tools.demo_write_offs import fill_write_offs
from tools.demo_year import fill_year

SANDBOX_AFTER_WEB = 420  # 8000 and 8420
KEY_OF_NO_ACCOUNT = "sk_test_the_demo_has_no_account"


def main() -> int:
    """Serve the demo, or forget it."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget the demo's data")
    wanted = parser.parse_args()
    home = Settings.from_env().home
    try:
        with only_one(home):
            return forget(home) if wanted.reset else serve(home)
    except (ConfigurationError, NotTheDemo) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One demo for each home folder: a second one would feed the same database."""
    (home / "demo").mkdir(parents=True, exist_ok=True)
    with (home / "demo" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotTheDemo(
                f"A demo is running from {home} already: stop it first, or set KINDBILL_HOME."
            ) from None
        yield


def serve(home: Path) -> int:
    """Start everything, say where it is, and wait; whatever happens, leave nothing running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    started = time.monotonic()
    settings = demo_settings(home)
    (home / "demo.json").unlink(missing_ok=True)
    with database_of(settings) as url, Processes(home / "demo" / "logs") as processes:
        os.environ["KINDBILL_DATABASE_URL"] = url
        settings = Settings.from_env()
        demo = Demo(home / "demo" / "state.json")
        say("Preparing the database ...")
        if not demo.complete and (home / "demo" / "practice").exists():
            reset(url)  # a first start that was interrupted
            for half in (home / "demo").glob("sandbox.sqlite*"):
                half.unlink()  # and what was paid in it
        migrate(url)
        start_sandbox(processes, home)
        engine = db.connect(url)
        db.bind(engine)
        fill(demo, settings, url)
        say_receipts_are_complete(now=clock.now())
        print_fresh_codes(demo, settings)
        engine.dispose()
        processes.start("worker", "-m", "portal", "worker")
        processes.start("clock", "-m", "tools.demo_clock")
        processes.start("web", "-m", "portal", "serve")
        processes.wait_for(f"http://127.0.0.1:{settings.port}/readyz", "web")
        processes.wait_for(f"http://127.0.0.1:{settings.port}/staff/sign-in", "web")
        write_addresses(demo, settings, home)
        try:
            announce(demo, settings, seconds=time.monotonic() - started)
            processes.watch()
        finally:
            (home / "demo.json").unlink(missing_ok=True)
    return 1


def demo_settings(home: Path) -> Settings:
    """The demo's own settings, by the environment, so that every process reads the same."""
    given = os.environ
    port = int(given.get("KINDBILL_PORT", "8000"))
    sandbox = int(given.get("KINDBILL_SANDBOX_PORT", str(port + SANDBOX_AFTER_WEB)))
    refuse_taken_ports(port, sandbox)
    if not given.get("STRIPE_SECRET_KEY", KEY_OF_NO_ACCOUNT).startswith("sk_test_"):
        raise ConfigurationError("STRIPE_SECRET_KEY is set and no test key: the demo stops here")
    given.update(
        KINDBILL_HOME=str(home),
        KINDBILL_PORT=str(port),
        KINDBILL_SANDBOX_PORT=str(sandbox),
        KINDBILL_PUBLIC_URL=f"http://localhost:{port}",
        KINDBILL_SMTP_URL=f"smtp://127.0.0.1:{free_port()}",
        KINDBILL_ERA_FOLDER=str(incoming_folder(home)),
        KINDBILL_CLOCK_FILE=str(clock_folder(home) / "ahead"),
        KINDBILL_SPANISH_REVIEWED_BY="nobody yet: only the demo shows it all the same",
        STRIPE_SECRET_KEY=KEY_OF_NO_ACCOUNT,
        STRIPE_WEBHOOK_SECRET=f"whsec_{secrets.token_hex(16)}",
        STRIPE_API_BASE=f"http://localhost:{sandbox}",
        TWILIO_ACCOUNT_SID=f"AC{secrets.token_hex(16)}",
        TWILIO_AUTH_TOKEN=secrets.token_hex(16),
        TWILIO_API_BASE=f"http://localhost:{sandbox}",
    )
    return Settings.from_env()


def start_sandbox(processes: Processes, home: Path) -> None:
    """The stand-ins for cards, texts and e-mail, and the page that shows their messages."""
    given, port = os.environ, os.environ["KINDBILL_SANDBOX_PORT"]
    processes.start(
        "sandbox",
        *("-m", "sandbox", "--port", port, "--db", str(home / "demo" / "sandbox.sqlite")),
        *("--smtp-port", given["KINDBILL_SMTP_URL"].rpartition(":")[2]),
        *("--webhook", f"{given['KINDBILL_PUBLIC_URL']}/webhooks/stripe"),
        *("--webhook-secret", given["STRIPE_WEBHOOK_SECRET"]),
        *("--inbound", f"{given['KINDBILL_PUBLIC_URL']}/webhooks/twilio/inbound"),
        *("--demo", str(home / "demo.json")),
    )
    processes.wait_for(f"http://127.0.0.1:{port}/inbox", "sandbox")


def fill(demo: Demo, settings: Settings, url: str) -> None:
    """On the first start: the practice's six months, then the people's sign-ins."""
    if demo.complete:
        return
    refuse_other_practice()
    folder = settings.home / "demo" / "practice"
    say("First start: inventing a practice and feeding six months of its files ...")
    story = generate_practice(folder, settings.public_url)
    deeds = planners_deeds(demo, settings, story)
    live_through(folder, story, settings=settings, url=url, say=say, deeds=deeds)
    fill_calendar(folder, story, now=datetime.now(UTC))
    agree_to_visit_texts(now=datetime.now(UTC) - timedelta(days=20))
    invite_everybody(demo, settings, story)
    people = {person["key"]: person for person in story["people"]}
    tell_visits(people, office=wiring.build(settings), url=url, now=datetime.now(UTC))
    prepare_desk(now=datetime.now(UTC))
    prepare_posting(settings, folder / story["upload"], now=datetime.now(UTC))
    fill_collections(wiring.build(settings), now=datetime.now(UTC))
    fill_write_offs(wiring.build(settings), now=datetime.now(UTC))
    fill_help(public_url=settings.public_url, now=datetime.now(UTC))
    fill_estimates(public_url=settings.public_url, now=datetime.now(UTC))
    fill_year(today=datetime.now(ZONE).date(), now=datetime.now(UTC))


def write_addresses(demo: Demo, settings: Settings, home: Path) -> None:
    """demo.json: the addresses and the sign-ins, for people and programs; it stands only while we serve."""
    written = {
        "patient_url": settings.public_url,
        "staff_url": f"{settings.public_url}/staff",
        "sandbox_url": settings.stripe_api_base,
        "sign_ins": demo.sign_ins,
        "planners": demo.planners,
        "enrolments": demo.enrolments,
        "upload": str(home / "demo" / "practice" / demo.upload),
        "card": demo.card,
    }
    half = home / "demo.json.half"
    half.write_text(json.dumps(written, indent=2) + "\n")
    half.chmod(0o600)
    half.rename(home / "demo.json")


def announce(demo: Demo, settings: Settings, *, seconds: float) -> None:
    """Where it is, who can sign in, what to try."""
    first, inbox = demo.enrolments[0], f"{settings.stripe_api_base}/inbox"
    lines = [
        "",
        f"Kindbill is ready ({seconds:.0f} s). Everyone in it is invented.",
        "",
        f"  Patients    {settings.public_url}",
        f"  Staff       {settings.public_url}/staff",
        f"  Inbox       {inbox}  (their phones, e-mails and sign-in codes; text back as any of them)",
        f"  Cards       {settings.stripe_api_base}/payments  (what was charged; dispute it, move the clock on)",
        "",
        "Sign-ins; the six digits that are asked for after the password stand in the inbox:",
        "",
        *(
            f"  {person['role']:8} {person['email']:34} {person['password']}"
            for person in demo.sign_ins
        ),
        "",
        "People who pay over time (same password), each at another point of a plan:",
        "",
        *(f"  {person['email']:40} {person['about']}" for person in demo.planners),
        "",
        "Try this:",
        "",
        f"  1. {first['name']} got a statement by mail and has no sign-in yet. Sign up at",
        f"     {settings.public_url}/enroll with code {first['code']},",
        f"     birth date {first['birth_date']}, ZIP code {first['postal_code']};",
        "     invent an e-mail address, choose codes by text to 614-555-0188, and read both in the inbox.",
        "     Then pay with the test card 4242 4242 4242 4242.",
        "  2. Sign in as staff and post yesterday's remittance, which lies ready at",
        f"     {settings.home / 'demo' / 'practice' / demo.upload}",
        f"  3. {NEWCOMER.first_name} {NEWCOMER.last_name} is new and has no record yet. Sign in as her, add insurance, and photograph this card",
        "     (or upload it; card-back.jpg lies beside it):",
        f"     {demo.card}",
        "  4. Sign in as biller: three cards wait under Insurance, a plain one, one on which a number was mistyped,",
        "     and a shaken picture.",
        "  5. Sign in as Modela Example: under Access she acts for her teenage daughter, as the office allowed.",
        "  6. Sign in as biller: a bank waits for an answer under Disputes; as manager: a check waits under Refunds,",
        "     and Payouts, from the day’s page, holds one line that is not ours.",
        "  7. Sign in as manager and move the demo’s date on, up to 120 days, to see what each account lives through:",
        f"     {settings.public_url}/staff/demo-date/",
        "  8. Prove every cent:  .venv/bin/python -m portal verify-ledger",
        "",
        "Ctrl-C stops everything. The next `make demo` finds its data; `make demo-reset` starts over.",
    ]
    print("\n".join(lines), flush=True)


def forget(home: Path) -> int:
    """Start over: the demo's database, files and messages go; the keys stay."""
    with database_of(Settings.from_env()) as url:
        reset(url)
    Demo(home / "demo" / "state.json").forget(home)
    print("The demo's data is gone. `make demo` starts over.")
    return 0


def say(line: str) -> None:
    """One line of progress, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
