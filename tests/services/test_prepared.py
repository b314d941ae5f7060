"""A connection keeps prepared what a day's run asks: none of it is planned anew each day."""

from __future__ import annotations

from sqlalchemy import text

from portal import db

ASKED_IN_A_DAY = 150


def test_what_a_day_asks_stays_prepared(database_url: str) -> None:
    pool = db.connect(database_url)
    for _ in range(8):  # the driver prepares what comes a sixth time
        with pool.begin() as connection:
            for number in range(ASKED_IN_A_DAY):
                connection.execute(text(f"SELECT {number} + :one"), {"one": 1})
    with pool.begin() as connection:
        kept = connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT % + %'")
        )
    pool.dispose()
    assert kept == ASKED_IN_A_DAY
