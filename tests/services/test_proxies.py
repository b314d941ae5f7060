"""Inviting, answering and ending: who may, what is told, and what each leaves behind (HIPAA-9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.messages import OutboundMessage
from portal.models.proxies import ProxyGrant
from portal.queries.proxies_page import proxies_page
from portal.queries.viewer import acting_patient_viewer
from portal.services.answer_proxy_invitation import answer_proxy_invitation
from portal.services.choose_acting import choose_acting
from portal.services.end_proxy import end_proxy
from portal.services.invite_own_proxy import invite_own_proxy
from portal.services.invite_proxy import ProxyRefused
from portal.services.record_access import Access, record_access
from portal.services.refusal import NotFound
from portal.services.seal_audit import check_audit, seal_audit
from portal.services.start_session import start_session
from portal.services.use_session import use_session
from tests.services.proxy_world import (
    HELPER,
    NOW,
    TODAY,
    URL,
    add_grant,
    add_person,
    grant_of,
    offer,
    viewer,
)
from tests.web.people import make_login

pytestmark = pytest.mark.usefixtures("database_url")
DAY = timedelta(days=1)


@pytest.fixture
def testa() -> Patient:
    return add_person("Testa", date(1980, 4, 5))


@pytest.fixture
def own(testa: Patient) -> int:
    return make_login("patient", email="testa@example.com", accounts=[testa.guarantor_account_id])


@pytest.fixture
def helper() -> int:
    return make_login("patient", email=HELPER)


def invite(testa: Patient, own: int, **fields: object) -> str:
    """Invite; the token of the mail."""
    invite_own_proxy(
        viewer=viewer(own, testa.guarantor_account_id),
        patient_id=testa.id,
        offer=offer(**fields),
        public_url=URL,
        now=NOW,
    )
    with read_only() as session:
        body = session.scalars(
            select(OutboundMessage.body)
            .where(OutboundMessage.template == "proxy_invitation")
            .order_by(OutboundMessage.id.desc())
        ).first()
    return "".join((body or "").split()).split("/access/invitation/")[1].split("Thelink")[0]


def accept(login_id: int, token: str, *, accepts: bool = True, now=NOW) -> int:
    return answer_proxy_invitation(
        viewer=viewer(login_id), token=token, accepts=accepts, public_url=URL, now=now
    )


def told() -> list[tuple[str, str]]:
    with read_only() as session:
        rows = session.execute(
            select(OutboundMessage.template, OutboundMessage.recipient).order_by(OutboundMessage.id)
        )
        return [(template, to) for template, to in rows]


def test_HIPAA_9_invited_accepted_and_both_are_told(testa: Patient, own: int, helper: int) -> None:
    token = invite(testa, own)
    grant = grant_of(accept(helper, token))
    assert (grant.proxy_login_id, grant.accepted_at) == (helper, NOW)
    assert grant.scopes == ["bills", "pay"]
    assert sorted(told()[1:]) == [("proxy_news", HELPER), ("proxy_news", "testa@example.com")]
    found = acting_patient_viewer(helper, grant.id, now=NOW)
    assert found is not None
    assert found.account_ids == {testa.guarantor_account_id}
    assert found.may("pay")
    assert not found.may("insurance")
    assert not found.may("own")


def test_the_mail_says_nothing_about_anybody(testa: Patient, own: int) -> None:
    invite(testa, own)
    with read_only() as session:
        [mail] = session.scalars(select(OutboundMessage))
    for private in ("Testa", "Sample"):
        assert private not in mail.subject + mail.body.replace("/access/invitation/", "")


def test_the_link_works_once_for_its_address_and_14_days(
    testa: Patient, own: int, helper: int
) -> None:
    token = invite(testa, own)
    stranger = make_login("patient", email="stranger@example.com")
    for login_id, at in ((stranger, NOW), (own, NOW), (helper, NOW + 14 * DAY)):
        with pytest.raises(NotFound):
            accept(login_id, token, now=at)
    accept(helper, token)
    with pytest.raises(NotFound):
        accept(helper, token)


def test_declined_is_over(testa: Patient, own: int, helper: int) -> None:
    grant_id = accept(helper, invite(testa, own), accepts=False)
    assert acting_patient_viewer(helper, grant_id, now=NOW) is None
    assert grant_of(grant_id).declined_at == NOW
    again = accept(helper, invite(testa, own))
    assert again != grant_id


def test_a_second_invitation_replaces_the_first(testa: Patient, own: int, helper: int) -> None:
    first = invite(testa, own)
    second = invite(testa, own)
    with pytest.raises(NotFound):
        accept(helper, first)
    accept(helper, second)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_on": date(2028, 3, 3)}, "24 months"),
        ({"ends_on": TODAY}, "24 months"),
        ({"scopes": ()}, "what this person may do"),
        ({"email": "TESTA@example.com"}, "signs in to the account already"),
    ],
)
def test_HIPAA_9_what_cannot_be_offered(
    testa: Patient, own: int, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ProxyRefused, match=words):
        invite(testa, own, **fields)


def test_access_that_stands_is_ended_before_another_is_given(
    testa: Patient, own: int, helper: int
) -> None:
    grant_id = accept(helper, invite(testa, own))
    with pytest.raises(ProxyRefused, match="has access already"):
        invite(testa, own)
    end_proxy(viewer=viewer(helper), grant_id=grant_id, public_url=URL, now=NOW)
    accept(helper, invite(testa, own))


def test_access_that_ran_out_gives_way_to_new(testa: Patient, own: int, helper: int) -> None:
    add_grant(testa, by=own, proxy=helper, ends_on=TODAY)
    accept(helper, invite(testa, own))


def test_only_the_patient_invites(own: int, testa: Patient, helper: int) -> None:
    child = add_person("Minny", date(2018, 5, 4), account_id=testa.guarantor_account_id)
    teen = add_person("Teena", date(2010, 5, 4))
    for login_id, accounts, patient in (
        (helper, (), testa),
        (own, (testa.guarantor_account_id,), child),
        (helper, (teen.guarantor_account_id,), teen),
    ):
        with pytest.raises(NotFound):
            invite_own_proxy(
                viewer=viewer(login_id, *accounts),
                patient_id=patient.id,
                offer=offer(),
                public_url=URL,
                now=NOW,
            )


def test_only_the_patient_and_the_proxy_end_it(testa: Patient, own: int, helper: int) -> None:
    grant_id = accept(helper, invite(testa, own))
    stranger = make_login("patient", email="stranger@example.com")
    with pytest.raises(NotFound):
        end_proxy(viewer=viewer(stranger), grant_id=grant_id, public_url=URL, now=NOW)
    end_proxy(
        viewer=viewer(own, testa.guarantor_account_id), grant_id=grant_id, public_url=URL, now=NOW
    )
    assert (grant_of(grant_id).ended_at, grant_of(grant_id).ended_by_id) == (NOW, own)
    assert acting_patient_viewer(helper, grant_id, now=NOW) is None
    page = proxies_page(viewer(own, testa.guarantor_account_id), on=TODAY, now=NOW)
    assert page.helpers == ()


def test_HIPAA_9_a_childs_grant_never_opens_a_parents_account(testa: Patient, helper: int) -> None:
    """A brother, a parent: as soon as others stand on the account, the grant opens nothing."""
    child = add_person("Minny", date(2018, 5, 4))
    grant_id = add_grant(child, by=helper, proxy=helper, of_minor=True, ends_on=date(2036, 5, 4))
    assert acting_patient_viewer(helper, grant_id, now=NOW) is not None
    with transaction() as session:
        session.execute(
            update(Patient)
            .where(Patient.id == child.id)
            .values(guarantor_account_id=testa.guarantor_account_id)
        )
    assert acting_patient_viewer(helper, grant_id, now=NOW) is None


def test_HIPAA_9_the_birthday_counts_in_the_practices_own_zone(helper: int) -> None:
    """At 3 in the morning in London it is still the day before in New York."""
    teen = add_person("Teena", date(2008, 3, 3))
    grant_id = add_grant(teen, by=helper, proxy=helper, of_minor=True, ends_on=date(2026, 3, 3))
    midnight = NOW.replace(day=3, hour=5)
    assert acting_patient_viewer(helper, grant_id, now=midnight - timedelta(minutes=1)) is not None
    assert acting_patient_viewer(helper, grant_id, now=midnight) is None


def test_HIPAA_9_every_request_looks_again(testa: Patient, own: int, helper: int) -> None:
    grant_id = add_grant(testa, by=own, proxy=helper)
    begun = start_session(login_id=helper, face="patient", device="", now=NOW)
    choose_acting(login_id=helper, session_id=begun.session_id, grant_id=grant_id, now=NOW)

    def look(now=NOW):
        return use_session(
            token=begun.token, face="patient", idle=DAY * 900, absolute=DAY * 900, now=now
        )

    live = look()
    assert live is not None
    assert live.acting_for is not None
    assert live.viewer.account_ids == {testa.guarantor_account_id}
    with transaction() as session:
        session.get_one(ProxyGrant, grant_id).ended_at = NOW
    live = look()
    assert live is not None
    assert live.acting_ended
    assert live.viewer.account_ids == frozenset()


def test_nobody_acts_under_anothers_grant(testa: Patient, own: int, helper: int) -> None:
    grant_id = add_grant(testa, by=own, proxy=helper)
    stranger = make_login("patient", email="stranger@example.com")
    begun = start_session(login_id=stranger, face="patient", device="", now=NOW)
    with pytest.raises(NotFound):
        choose_acting(login_id=stranger, session_id=begun.session_id, grant_id=grant_id, now=NOW)


def test_HIPAA_3_rows_sealed_before_and_after_still_read_as_sealed(
    testa: Patient, own: int, helper: int
) -> None:
    grant_id = add_grant(testa, by=own, proxy=helper)
    seen = Access(face="patient", login_id=helper, action="view", object_type="bills")
    record_access(seen, now=NOW)
    seal_audit(now=NOW)
    acted = Access(
        face="patient", login_id=helper, action="view", object_type="bills", acting_for=grant_id
    )
    record_access(acted, now=NOW)
    seal_audit(now=NOW)
    assert check_audit().ok


def test_HIPAA_3_each_step_is_in_the_audit_trail(testa: Patient, own: int, helper: int) -> None:
    grant_id = accept(helper, invite(testa, own))
    end_proxy(viewer=viewer(helper), grant_id=grant_id, public_url=URL, now=NOW)
    with read_only() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.login_id, AuditEvent.account_ids)
            .where(AuditEvent.object_type == "proxy_grant")
            .order_by(AuditEvent.id)
        ).all()
    account = [testa.guarantor_account_id]
    assert rows == [
        ("invite", own, account),
        ("accept", helper, account),
        ("revoke", helper, account),
    ]
