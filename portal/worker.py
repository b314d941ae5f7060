"""The worker process: the same wiring as the web, no HTTP; runs jobs and what recurs."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from contextlib import suppress
from typing import Any

import click
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Engine

from portal import db, queue, wiring
from portal.collector import search_seldom
from portal.config import Settings
from portal.embedded import database_of
from portal.jobs import schedule
from portal.web.logging import set_up_logging

LOG = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0


def run(settings: Settings, database_url: str) -> None:
    """Run jobs until told to stop by TERM or INT; a database that goes away is waited for.

    What ran then is taken up again by `retry_stalled_jobs`.
    """
    set_up_logging()
    engine: Engine = db.connect(database_url)
    db.refuse_owner(engine)
    db.bind(engine)
    schedule.register()
    search_seldom()
    gateways = wiring.build(settings)
    while not asyncio.run(_ran_until_told_to_stop(database_url, gateways)):
        LOG.error("worker_lost_its_database")
        time.sleep(PAUSE_SECONDS)


async def _ran_until_told_to_stop(database_url: str, gateways: Any) -> bool:
    """False when it ended by itself: the queue's worker ends without an error once its listener is cut off."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    app = queue.build_worker(database_url, gateways)
    with suppress(ConnectorException):
        async with app.open_async():
            work = asyncio.create_task(
                app.run_worker_async(
                    concurrency=2,
                    name="kindbill",
                    delete_jobs="never",
                    install_signal_handlers=False,
                )
            )
            await asyncio.wait(
                {work, asyncio.create_task(told.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
            work.cancel()  # it lets go of what it runs in good order
            with suppress(asyncio.CancelledError):
                await work
    return told.is_set()


@click.command()
def worker() -> None:
    """Run the jobs until stopped."""
    settings = Settings.from_env()
    with database_of(settings) as url:
        run(settings, url)
