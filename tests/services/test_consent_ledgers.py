"""The two consent ledgers are only ever added to, by the database's own law."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@pytest.mark.parametrize("table", ["text_consents", "esign_consents"])
@pytest.mark.parametrize("change", ["UPDATE {} SET granted = true", "DELETE FROM {}"])
def test_MSG_1_a_consent_row_is_never_changed(session: Session, table: str, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(change.format(table)))
