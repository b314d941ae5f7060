"""The daily look over the trail (HIPAA-4): each rule finds its seed, once, and a person judges it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from billing.audit_rules import Alert, Finding, GlassReason, Restriction
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditAlert
from portal.models.identity import AccountAccess, Login
from portal.queries.audit_alerts import alerts_page
from portal.queries.viewer import StaffViewer
from portal.services.break_glass import GlassRefused, break_glass
from portal.services.find_audit_alerts import find_audit_alerts
from portal.services.record_access import Access, record_access
from portal.services.refusal import NotFound
from portal.services.restrict_account import CannotRestrict, lift_restriction, restrict_account
from portal.services.review_alert import CannotReview, review_alert, sign_off_month
from tests.services.staff_world import add_account, add_staff

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)  # a Monday, at the practice's noon
DAY = date(2026, 3, 2)
NEXT = NOON + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database_url")


def look(
    staff: StaffViewer,
    *account_ids: int,
    at: datetime = NOON,
    action: str = "view",
    rows: int | None = None,
) -> None:
    access = Access(
        face="staff",
        login_id=staff.login_id,
        role=staff.role,
        action=action,
        object_type="account",
        account_ids=account_ids,
        row_count=rows,
    )
    record_access(access, now=at)


def found(day: date = DAY) -> list[tuple[str, int | None, int | None]]:
    find_audit_alerts(day=day, now=NEXT)
    assert find_audit_alerts(day=day, now=NEXT) == 0, "a second look finds nothing new"
    with read_only() as session:
        rows = session.scalars(select(AuditAlert).order_by(AuditAlert.id)).all()
    return sorted((row.kind, row.login_id, row.guarantor_account_id) for row in rows)


def patient_sign_in(email: str, account_id: int) -> None:
    with transaction() as session:
        login = Login(face="patient", email=email, fs_uniquifier=f"patient {email}")
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="test",
                granted_at=NOON,
            )
        )


def test_HIPAA_4_own_family_and_colleagues_records_are_told_apart() -> None:
    biller, desk = add_staff("biller", "b@example.com"), add_staff("front_desk", "d@example.com")
    own, home, other = (add_account(f"700000{n}").account_id for n in (1, 2, 3))
    with transaction() as session:
        session.get_one(GuarantorAccount, other).street = "9 Elsewhere"
    patient_sign_in("b@example.com", own)
    for account in (own, home, other):
        look(biller, account)
    look(desk, own)
    look(desk, own, home, other, action="search")
    assert found() == [
        (Alert.CO_WORKER, desk.login_id, own),
        (Alert.FAMILY, biller.login_id, home),
        (Alert.OWN_RECORD, biller.login_id, own),
    ]


def test_HIPAA_4_HIPAA_3_a_restricted_account_opened_for_a_reason_is_told_the_next_day() -> None:
    manager, biller = add_staff("manager"), add_staff("biller")
    account = add_account().account_id
    with pytest.raises(NotFound):
        break_glass(staff=biller, account_id=account, code=GlassReason.OTHER, reason="x", now=NOON)
    with pytest.raises(CannotRestrict, match="Your role"):
        restrict_account(
            staff=biller,
            account_id=account,
            kind=Restriction.VIP,
            staff_login_id=None,
            reason="x",
            now=NOON,
        )
    restrict_account(
        staff=manager,
        account_id=account,
        kind=Restriction.VIP,
        staff_login_id=None,
        reason="Mayor of the town",
        now=NOON - timedelta(days=3),
    )
    with pytest.raises(GlassRefused):
        break_glass(staff=biller, account_id=account, code=GlassReason.OTHER, reason=" ", now=NOON)
    ends = break_glass(
        staff=biller,
        account_id=account,
        code=GlassReason.PATIENT_ASKS,
        reason="She is on the phone",
        now=NOON,
    )
    assert ends == NOON + timedelta(minutes=60)
    look(biller, account)
    look(manager, account)
    assert found() == [
        (Alert.BREAK_GLASS, biller.login_id, account),
        (Alert.RESTRICTED, manager.login_id, account),
    ]
    lift_restriction(staff=manager, account_id=account, reason="Moved away", now=NEXT)
    look(biller, account, at=NEXT + timedelta(days=1))
    assert len(found(DAY + timedelta(days=2))) == 2, "nothing new once it was lifted"


def test_HIPAA_4_pace_hours_exports_and_failed_sign_ins() -> None:
    fast, late, far = (add_staff("biller", f"{name}@example.com") for name in ("a", "b", "c"))
    accounts = [add_account(f"71000{n:02d}").account_id for n in range(3)]
    for number in range(51):
        look(fast, 1000 + number, at=NOON + timedelta(minutes=number))
    for number in range(50):
        look(late, 1000 + number, at=NOON + timedelta(minutes=number))
    look(late, accounts[0], at=NOON + timedelta(hours=8))
    look(far, *accounts, action="export", rows=101)
    look(far, *accounts, action="export", rows=100)
    for _ in range(5):
        record_access(
            Access(
                face="staff",
                login_id=None,
                action="sign_in_failed",
                object_type="login",
                outcome="failed",
                ip="192.0.2.7",
            ),
            now=NOON,
        )
    assert found() == [
        (Alert.AFTER_HOURS, late.login_id, None),
        (Alert.FAILED_SIGN_INS, None, None),
        (Alert.LARGE_EXPORT, far.login_id, None),
        (Alert.MANY_CHARTS, fast.login_id, None),
    ]


def test_HIPAA_4_OPS_13_somebody_else_judges_an_alert_once_and_the_month_is_signed() -> None:
    auditor, manager = add_staff("auditor"), add_staff("manager")
    look(manager, 5, at=NOON + timedelta(hours=9))
    found()
    alert = alerts_page(judged=False, on=DAY).alerts.rows[0]
    april = datetime(2026, 4, 1, 17, tzinfo=UTC)
    with pytest.raises(CannotReview, match="about you"):
        review_alert(
            staff=manager, alert_id=alert.id, finding=Finding.PROPER, note="Mine", now=NEXT
        )
    with pytest.raises(CannotReview, match="not over"):
        sign_off_month(staff=auditor, month=DAY, note="", now=NEXT)
    with pytest.raises(CannotReview, match="1 alerts of this month"):
        sign_off_month(staff=auditor, month=DAY, note="", now=april)
    review_alert(
        staff=auditor, alert_id=alert.id, finding=Finding.PROPER, note="Month end", now=NEXT
    )
    with pytest.raises(CannotReview, match="judged this already"):
        review_alert(
            staff=auditor, alert_id=alert.id, finding=Finding.INCIDENT, note="No", now=NEXT
        )
    assert [m.at for m in alerts_page(judged=True, on=april.date()).months] == [None]
    sign_off_month(staff=auditor, month=DAY, note="", now=april)
    month = alerts_page(judged=True, on=april.date()).months[0]
    assert (month.month, month.by, month.alerts) == (date(2026, 3, 1), "Auditor Sample", 1)
    with pytest.raises(CannotReview, match="signed off already"):
        sign_off_month(staff=auditor, month=DAY, note="", now=april)
