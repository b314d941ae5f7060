"""The commands: exit 0 done, 1 something was refused or does not add up, 2 usage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from portal import db, queue, wiring
from portal.clock import now as time_now
from portal.collector import search_seldom
from portal.config import CHECKOUT, ConfigurationError, Settings
from portal.embedded import database_of, owners_database
from portal.services.refusal import Refusal

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
DAY = click.DateTime(["%Y-%m-%d"])
FILES = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)


@contextmanager
def practice() -> Iterator[tuple[Settings, str]]:
    """Settings and the bound database of this practice; the embedded server lives as long as this."""
    settings = Settings.from_env()
    with database_of(settings) as url:
        engine = db.connect(url)
        db.bind(engine)
        search_seldom()
        try:
            yield settings, url
        finally:
            engine.dispose()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Kindbill: 837P and 835 files in, one true balance for every patient."""


@main.command("init-db")
def init_db() -> None:
    """Migrate the practice's database to the newest schema, as its owner."""
    with owners_database(Settings.from_env()) as url:
        migrate(url)
    click.echo("The database is ready.")


def migrate(url: str) -> None:
    """Bring one database to head; safe to run at any time and from two processes at once."""
    from alembic import command  # heavy, and no other command needs it
    from alembic.config import Config

    config = Config(CHECKOUT / "alembic.ini")
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


@main.command()
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def serve(workers: int) -> None:
    """Serve patients at / and staff at /staff with gunicorn."""
    settings = Settings.from_env()
    with database_of(settings) as url:
        import subprocess

        command = [sys.executable, "-m", "gunicorn", *gunicorn_arguments(settings.port, workers)]
        environment = {
            **os.environ,
            "KINDBILL_DATABASE_URL": url,
            "KINDBILL_OWNER_DATABASE_URL": "",
        }
        raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def gunicorn_arguments(port: int, workers: int) -> list[str]:
    """Processes of four threads, on this machine alone, and no socket that takes commands."""
    return [
        "wsgi:application",
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
        *("--threads", "4", "--chdir", str(CHECKOUT), "--no-control-socket"),
    ]


@main.command("set-practice")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def set_practice_command(file: Path) -> None:
    """Set name, contact and policy of the practice from a TOML file (docs/files.md)."""
    from portal.services.set_practice import set_practice

    with practice():
        set_practice(toml=file.read_text())
    click.echo("The practice is set.")


@main.command("import-calendar")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=DAY, help="From which day; today if left out.")
def import_calendar_command(file: Path, on: datetime | None) -> None:
    """Set places, rooms, kinds of visits and who works when from a TOML file (docs/files.md)."""
    from portal.services.import_calendar import import_calendar
    from portal.services.publish_form import publish_starter_forms

    with practice():
        publish_starter_forms(
            clock()
        )  # what people sign before a visit, where nothing is published
        done = import_calendar(toml=file.read_text(), on=on.date() if on else None, now=clock())
    click.echo(
        f"{done.locations} locations, {done.visit_types} kinds of visits, {done.providers} providers;"
        f" {done.blocks_begun} blocks begun, {done.blocks_ended} ended."
    )


@main.command("import-claims")
@FILES
@AS_JSON
def import_claims_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Read 837P claims: patients, coverage, charges and claims."""
    from portal.services.import_claims import import_claims

    with practice() as (settings, _):
        store = wiring.build(settings).documents
        results = [
            import_claims(data=file.read_bytes(), name=str(file), now=clock(), store=store)
            for file in files
        ]
    finish_import([result.to_json() for result in results], as_json=as_json)


@main.command("import-practice")
@click.argument("kind", type=click.Choice(["contacts", "receipts", "charges", "opening"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Judge every row, change nothing.")
@AS_JSON
def import_practice_command(kind: str, file: Path, dry_run: bool, as_json: bool) -> None:
    """Read one of the practice's own CSV files (docs/files.md)."""
    from portal.services.import_practice import import_practice

    with practice():
        result = import_practice(
            kind=kind, data=file.read_bytes(), name=str(file), now=clock(), dry_run=dry_run
        )
    finish_import([result.to_json()], as_json=as_json)


@main.command("post-remittance")
@FILES
@click.option("--dry-run", is_flag=True, help="Judge every set and claim, change nothing.")
@AS_JSON
def post_remittance_command(files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Post 835 remittances; held and duplicate are outcomes, a rejected file is exit 1."""
    from portal.services.post_remittance import post_remittance

    with practice() as (settings, _):
        store = wiring.build(settings).documents
        reports = [
            post_remittance(
                data=file.read_bytes(), name=str(file), now=clock(), store=store, dry_run=dry_run
            ).to_json()
            for file in files
        ]
    finish_posting(reports, as_json=as_json)


@main.command("import-bank")
@FILES
@AS_JSON
def import_bank_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Read what the bank exported: BAI2, OFX or QFX, CSV; a line that is known already changes nothing."""
    from portal.services.import_bank_file import import_bank
    from portal.services.take_bank_file import Office

    with practice() as (settings, _):
        gateways = wiring.build(settings)
        office = Office(reader=gateways.bank_files, store=gateways.documents)
        results = [
            import_bank(data=file.read_bytes(), name=str(file), office=office, now=clock())
            for file in files
        ]
    finish_import(results, as_json=as_json)


@main.command("read-returns")
@click.option("--agency", required=True, help="The agency’s name, as it is kept here.")
@FILES
@AS_JSON
def read_returns_command(agency: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Read what a collection agency sent back (docs/placement.md); a row that is known changes nothing."""
    from portal.services.read_agency_file import read_returns

    with practice() as (settings, _):
        store = wiring.build(settings).documents
        results = [
            read_returns(
                agency=agency,
                data=file.read_bytes(),
                name=str(file),
                store=store,
                public_url=settings.public_url,
                now=clock(),
            )
            for file in files
        ]
    finish_import(results, as_json=as_json)


@main.command("run-day")
@click.option("--on", "on", type=DAY, required=True, help="The day to run, YYYY-MM-DD.")
@click.option("--at", "at", default="10:00", show_default=True, help="HH:MM at the practice.")
def run_day_command(on: datetime, at: str) -> None:
    """The daily cycle as of one day; running it twice changes nothing."""
    from portal.jobs import schedule
    from portal.services.run_day import moment_of, run_day

    with practice() as (settings, url):
        schedule.register()
        gateways = wiring.build(settings)
        moment = moment_of(on=on.date(), at=at)
        report = run_day(on=on.date(), now=moment, office=gateways)
        failed = queue.run_due(url, gateways, now=moment)
    for line in report.lines():
        click.echo(line)
    if failed:
        raise SystemExit(f"{failed} jobs failed; the worker's log says why")


@main.command("verify-ledger")
@AS_JSON
def verify_ledger_command(as_json: bool) -> None:
    """Prove every cent; exit 1 when one is out of place."""
    from portal.queries.ledger_proof import verify_ledger

    with practice():
        proof = verify_ledger()
    say(as_json, proof.to_json(), proof.lines())
    if not proof.ok:
        raise SystemExit(1)


@main.command("rebuild-reports")
def rebuild_reports_command() -> None:
    """Add up the ledger for the reports anew; they need it only if verify-ledger says so."""
    from portal.services.freshen_reports import rebuild_reports

    with practice():
        rebuild_reports(now=clock())
    click.echo("The reports' sums were made anew.")


@main.command("verify-audit")
@click.option("--expect", default="", help="Hash of a seal that was kept elsewhere.")
@AS_JSON
def verify_audit_command(expect: str, as_json: bool) -> None:
    """Prove that nobody edited, removed or slipped in a row of the audit trail; exit 1 names the seal."""
    from portal.services.seal_audit import check_audit

    with practice():
        proof = check_audit(expect=expect)
    say(as_json, proof.to_json(), proof.lines())
    if not proof.ok:
        raise SystemExit(1)


@main.command("balances")
@AS_JSON
def balances_command(as_json: bool) -> None:
    """One row a claim, from the one balance function."""
    from portal.queries.claim_balances import claim_balances
    from portal.services.practice_date import practice_today

    with practice():
        rows = claim_balances(on=practice_today(clock()))
    say(as_json, {"claims": [row.to_json() for row in rows]}, (row.line() for row in rows))


@main.command("export-payments")
@click.option("--since", type=DAY, required=True, help="First day, YYYY-MM-DD.")
def export_payments_command(since: datetime) -> None:
    """Receipts, refunds and adjustments as CSV, for the practice's other software."""
    from portal.services.export_payments import export_payments

    with practice():
        click.echo(export_payments(since=since.date()), nl=False)


@main.command("create-staff")
@click.argument("email")
@click.option("--role", required=True, help="front_desk, biller, payment_poster, manager ...")
@click.option("--name", default="", help="As colleagues see it.")
@click.option("--location", default="", help="Where they work.")
def create_staff_command(email: str, role: str, name: str, location: str) -> None:
    """Invite a member of staff; prints the one-time link that sets password and second factor."""
    from portal.services.create_staff import create_staff

    with practice() as (settings, _):
        invitation = create_staff(email=email, role=role, name=name, location=location, now=clock())
        click.echo(f"{settings.public_url}/staff{invitation.path}")


@main.command("record-bounces")
@click.argument("sources", nargs=-1, type=click.Path(exists=True, allow_dash=True, path_type=Path))
def record_bounces_command(sources: tuple[Path, ...]) -> None:
    """Take in mail servers' reports of e-mails that came back: files, maildirs, or - (the pipe)."""
    from portal.services.read_reports import read_reports
    from portal.services.record_bounces import record_bounces

    with practice() as (settings, _):
        reports = read_reports(sources or (Path("-"),), sys.stdin.buffer)
        done = record_bounces(reports, email=wiring.build(settings).email, now=clock())
    for line in done.lines():
        click.echo(line)


@main.command("record-mail")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def record_mail_command(source: Path) -> None:
    """Take in the post's status file: what was mailed, came back or was forwarded (docs/files.md)."""
    from portal.services.record_mail import record_mail

    with practice() as (settings, _):
        house = wiring.build(settings).mail
        done = record_mail(source.read_bytes(), house=house, now=clock())
    for line in done.lines():
        click.echo(line)


@main.command("rotate-documents")
def rotate_documents_command() -> None:
    """Encrypt every stored file anew with the first of KINDBILL_FILE_KEYS; safe while all runs."""
    settings = Settings.from_env()
    count = wiring.build(settings).documents.rotate_all()
    click.echo(f"{count} documents are under the newest key.")


def finish_import(documents: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print what imports did; exit 1 when anything was refused."""
    files = [file for document in documents for file in document["files"]]
    lines = (f"{file['file']}: {file['accepted']} accepted" for file in files)
    say(as_json, {"files": files}, lines)
    refused = [(file["file"], refusal) for file in files for refusal in file["refused"]]
    for name, refusal in refused:
        where = f"{name}, {refusal['position']}"
        click.echo(f"{where}: {refusal['id'] or '-'}: {refusal['reason']}", err=True)
    if refused:
        raise SystemExit(1)


def finish_posting(documents: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print what posting did; exit 1 when a file was rejected."""
    files = [file for document in documents for file in document["files"]]
    say(as_json, {"files": files}, (f"{file['file']}: {file['status']}" for file in files))
    rejected = [file for file in files if file["status"] == "rejected"]
    for file in rejected:
        click.echo(f"{file['file']}: {file['error']}", err=True)
    if rejected:
        raise SystemExit(1)


def clock() -> datetime:
    """The one place of the commands that asks what time it is."""
    return time_now()


def say(as_json: bool, document: dict[str, Any], lines: Iterable[str]) -> None:
    """JSON alone, or plain lines for a person."""
    if as_json:
        click.echo(json.dumps(document, indent=2, default=str))
    else:
        for line in lines:
            click.echo(line)


def run() -> None:
    """The command line; a refusal ends with its own words and exit 1, never with a traceback."""
    try:
        main()
    except (Refusal, ConfigurationError) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
