"""What the database refuses is told without the values that were refused (HIPAA-18)."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import db


def test_HIPAA_18_an_sql_error_prints_no_value(database_url: str) -> None:
    statement = text("INSERT INTO ledger_accounts (code) VALUES (:name)")  # not the app's right
    with pytest.raises(DBAPIError) as error, db.transaction() as session:
        session.execute(statement, {"name": "Testa Sample"})
    assert "permission denied" in str(error.value)
    assert "Testa Sample" not in str(error.value)
