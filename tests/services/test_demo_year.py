"""The demo's first half year proves to the cent, waits for nobody, and gives the reports months to show."""

from datetime import UTC, date, datetime

from portal.db import transaction
from portal.queries.ledger_proof import verify_ledger
from portal.queries.report_list import report
from portal.services.freshen_reports import freshen_reports
from tests.services.ledger_book import Book
from tests.services.staff_world import add_staff
from tools.demo_year import write_year


def test_the_half_year_before_the_demos_files_is_done_to_the_cent(database_url: str) -> None:
    with transaction() as session:
        Book(session).practice()
    today = date(2026, 3, 2)
    write_year(today=today, login_id=add_staff("biller").login_id)
    freshen_reports(now=datetime(2026, 3, 2, 15, tzinfo=UTC))
    assert [fault for fault in verify_ledger().faults if "report" not in fault.check] == []
    ageing = report("ageing", today, {})
    assert ageing.tie is not None
    assert ageing.tie.holds
    assert ageing.tie.ledger.cents == 0, "somebody still owes"
    then = report("ageing", date(2025, 5, 1), {})
    assert then.tie is not None
    assert then.tie.ledger.cents > 0
    charged = [row[2].value for row in report("roll-forward", date(2025, 9, 30), {}).tables[0].rows]
    assert sum(1 for cents in charged if cents) >= 5
