"""The worker process: the same wiring as the web, no HTTP; runs jobs and what recurs."""

from __future__ import annotations

import click
from sqlalchemy import Engine

from portal import db, queue, wiring
from portal.collector import search_seldom
from portal.config import Settings
from portal.embedded import database_of
from portal.jobs import schedule
from portal.web.logging import set_up_logging


def run(settings: Settings, database_url: str) -> None:
    """Run jobs until told to stop by TERM or INT."""
    set_up_logging()
    engine: Engine = db.connect(database_url)
    db.bind(engine)
    schedule.register()
    search_seldom()
    app = queue.build_worker(database_url, wiring.build(settings))
    app.run_worker(concurrency=2, name="kindbill", delete_jobs="never")


@click.command()
def worker() -> None:
    """Run the jobs until stopped."""
    settings = Settings.from_env()
    with database_of(settings) as url:
        run(settings, url)
