"""The commands: exit 0 done, 1 something was refused or does not add up, 2 usage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from portal import db
from portal.config import CHECKOUT, ConfigurationError, Settings
from portal.embedded import database_of

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
        try:
            yield settings, url
        finally:
            engine.dispose()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Kindbill: 837P and 835 files in, one true balance for every patient."""


@main.command("init-db")
def init_db() -> None:
    """Migrate the practice's database to the newest schema."""
    with database_of(Settings.from_env()) as url:
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
def worker() -> None:
    """Run the jobs until stopped."""
    from portal import worker as worker_process

    settings = Settings.from_env()
    with database_of(settings) as url:
        worker_process.run(settings, url)


@main.command()
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def serve(workers: int) -> None:
    """Serve patients at / and staff at /staff with gunicorn."""
    settings = Settings.from_env()
    with database_of(settings) as url:
        import subprocess

        command = [sys.executable, "-m", "gunicorn", "wsgi:application"]
        command += ["--bind", f"127.0.0.1:{settings.port}", "--workers", str(workers)]
        command += ["--threads", "4", "--chdir", str(CHECKOUT)]
        environment = {**os.environ, "KINDBILL_DATABASE_URL": url}
        raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def clock() -> datetime:
    """The one place of the commands that looks at the clock."""
    return datetime.now(UTC)


def say(as_json: bool, document: dict[str, Any], lines: Iterator[str]) -> None:
    """JSON alone, or plain lines for a person."""
    if as_json:
        click.echo(json.dumps(document, indent=2, default=str))
    else:
        for line in lines:
            click.echo(line)


def on_day(value: datetime) -> date:
    """The date that click read."""
    return value.date()


__all__ = ["ConfigurationError", "main", "migrate"]
