"""A patient's visits: find a time, book, move, cancel; who is new; what no forged form can do."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, select

from billing.proxy_access import ProxyScope
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import BookingPolicy, ProviderProfile
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from tests.booking_world import NEXT_MONDAY, TUESDAY, BookingWorld, block, open_booking
from tests.services.proxy_world import add_grant
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, make_login, signed_in
from tests.web.texted import answer, give_phone, link_for, type_code

SELF_PAY = {"covered": "self_pay", "reason": "checkup", "note": "I use a wheelchair."}


@pytest.fixture
def world(patient_app: Flask, database_url: str, now: datetime) -> BookingWorld:
    patient_app.config["CLOCK"] = lambda: now
    return open_booking(now)


@pytest.fixture
def testa(patient_app: Flask, world: BookingWorld) -> PageClient:
    return signed_in(PageClient(patient_app), world.login_id)


def times(page: Page) -> list[str]:
    """What the buttons of free times send, in the order of the page."""
    return [one.get("value", "") for one in page.all("button") if one.get("name") == "time"]


def take(client: PageClient, page: Page, value: str, **data: object) -> Page:
    """Press the button of a time."""
    form = {name: page.hidden(name) for name in ("page", "type", "who")}
    action = next(f.get("action", "") for f in page.all("form") if "hold" in f.get("action", ""))
    return client.post(action, {**form, "time": value, **data})


def row(appointment_id: UUID) -> Appointment:
    with read_only() as session:
        return session.get_one(Appointment, appointment_id)


def booked_ids() -> list[UUID]:
    with read_only() as session:
        return list(session.scalars(select(Appointment.id).where(Appointment.state == "booked")))


def test_SCH_4_NSA_1_a_parent_books_for_a_child_and_says_how_it_is_paid_for(
    testa: PageClient, world: BookingWorld
) -> None:
    assert "Me, Testa Sample" in testa.get("/visits/book").text
    kinds = testa.get(f"/visits/book?who={world.child_id}")
    assert "Call 911" in kinds.text
    page = testa.get(f"/visits/book?who={world.child_id}&type={world.visit}")
    assert "First available Monday, March 2, 1:00 PM" in page.text
    assert "Who is not offered, and why Dr. Cy SampleSees people of another age." in page.text
    confirm = testa.follow(take(testa, page, times(page)[0]))
    assert "We keep this time for you until 10:05" in confirm.text
    again = testa.post(confirm_address(), {"reason": "checkup"})
    assert "Choose how it will be paid for." in again.text
    assert booked_ids() == []
    done = testa.follow(testa.post(confirm_address(), SELF_PAY))
    assert done.h1 == "Your visit"
    assert "Your visit is booked." in done.text
    assert "You have a right to know what it will cost." in done.text
    [visit_id] = booked_ids()
    kept = row(visit_id)
    assert (kept.patient_id, kept.coverage_intent, kept.reason) == (
        world.child_id,
        "self_pay",
        "checkup",
    )
    assert kept.note == "I use a wheelchair."
    assert "1:00 PM" in testa.get("/visits").text


def confirm_address() -> str:
    with read_only() as session:
        held = session.scalars(select(Appointment.id).where(Appointment.state == "held")).one()
    return f"/visits/book/{held}"


def test_the_calendar_file_follows_the_visit_and_says_nothing_of_care(
    testa: PageClient, world: BookingWorld, now: datetime
) -> None:
    visit_id = world.book()
    first = calendar(testa, visit_id)
    assert first["SUMMARY"] == "Visit at Sample Family Health"
    assert "Ada" not in str(first)
    page = testa.get(f"/visits/{visit_id}/move")
    assert "Another day March 2026" in page.text
    held = take(testa, page, times(page)[0])
    review = testa.follow(held)
    assert "It is now on Monday, March 9, 9:00 AM." in review.text
    moved = testa.follow(testa.post(held.location))
    assert "Your visit has a new time." in moved.text
    assert row(visit_id).starts_on == TUESDAY.replace(day=2)
    second = calendar(testa, visit_id)
    assert (second["UID"], second["SEQUENCE"]) == (first["UID"], 1)
    with transaction() as session:
        session.add(BookingPolicy(cancel_hours=2, made_at=now))
    gone = testa.follow(testa.post(f"/visits/{visit_id}/cancel", {"reason": "ride"}))
    assert "Your visit is canceled." in gone.text
    assert calendar(testa, visit_id)["STATUS"] == "CANCELLED"


def calendar(client: PageClient, visit_id: UUID) -> dict[str, object]:
    answer = client.http.get(f"/visits/{visit_id}/visit.ics")
    assert answer.mimetype == "text/calendar"
    [entry] = Calendar.from_ical(answer.data).walk("VEVENT")
    return entry  # type: ignore[return-value]


def test_SCH_5_too_late_the_page_says_whom_to_call_and_the_visit_stays(
    testa: PageClient, world: BookingWorld, patient_app: Flask
) -> None:
    visit_id = world.book()
    late = world.at(NEXT_MONDAY, "8:00")
    patient_app.config["CLOCK"] = lambda: late
    client = signed_in(PageClient(patient_app), world.login_id)
    for path in ("move", "cancel"):
        page = client.get(f"/visits/{visit_id}/{path}")
        assert page.h1 == "Please call us"
        assert "(212) 555-0100" in page.text
    client.post(f"/visits/{visit_id}/cancel", {"reason": "ride"})
    assert row(visit_id).state == "booked"


def test_SCH_5_what_the_practice_cancels_offers_three_times(
    testa: PageClient, world: BookingWorld
) -> None:
    visit_id = world.book()
    cancel_appointment(
        appointment_id=visit_id,
        side="practice",
        reason="provider_away",
        actor=Actor(None, "staff"),
        now=world.now,
    )
    page = testa.get(f"/visits/{visit_id}")
    assert "We had to cancel this visit." in page.text
    assert len(times(page)) == 3
    assert testa.follow(take(testa, page, times(page)[1])).h1 == "Is this right?"


def test_SCH_1_who_comes_second_gets_three_other_times(
    testa: PageClient, world: BookingWorld
) -> None:
    page = testa.get(f"/visits/book?who={world.patient_id}&type={world.visit}")
    wanted = times(page)[0]
    first = world.start(TUESDAY.replace(day=2), "13:00")
    world.book(first, patient_id=world.child_id)
    taken = take(testa, page, wanted)
    assert (taken.status, taken.h1) == (409, "That time was just taken")
    assert len(times(taken)) == 3
    assert testa.follow(take(testa, taken, times(taken)[0])).h1 == "Is this right?"


def test_SCH_3_no_forged_form_books_who_is_not_offered(
    testa: PageClient, world: BookingWorld, now: datetime
) -> None:
    page = testa.get(f"/visits/book?who={world.patient_id}&type={world.visit}")
    cy = f"{world.cy}.{world.east}.20260309T1300"
    assert take(testa, page, cy).h1 == "Nothing was booked"
    with transaction() as session:
        session.add(BookingPolicy(self_booking="view", made_at=now))
    shown = testa.get(f"/visits/book?who={world.patient_id}&type={world.visit}")
    assert times(shown) == []
    assert "To book one, please call us." in shown.text
    ada = f"{world.ada}.{world.east}.20260309T1300"
    assert take(testa, page, ada).status == 409
    with read_only() as session:
        assert session.scalars(select(Appointment)).all() == []


def test_SCH_3_who_turns_18_tomorrow_is_17_this_evening(
    testa: PageClient, world: BookingWorld
) -> None:
    """Half past eight in New York is the birthday by UTC already, and not yet at the practice."""
    visit_id = world.book()
    with transaction() as session:
        session.get_one(Patient, world.patient_id).birth_on = date(2008, 3, 10)
        session.get_one(ProviderProfile, world.ada).min_age_months = 18 * 12
        session.add_all(block(world.ada, world.east, weekday, 20, 21) for weekday in (0, 1))
    who = f"{world.ada}.{world.east}"
    evenings = (f"{who}.20260310T0020", f"{who}.20260311T0020")
    booking = testa.get(f"/visits/book?who={world.patient_id}&type={world.visit}&day=2026-03-10")
    moving = testa.get(f"/visits/{visit_id}/move?day=2026-03-10")
    for page in (booking, moving):
        assert [take(testa, page, evening).status for evening in evenings] == [409, 303]


def test_HIPAA_9_another_ones_visit_is_not_there_and_a_helper_needs_the_scope(
    patient_app: Flask, world: BookingWorld
) -> None:
    visit_id = world.book()
    stranger = signed_in(
        PageClient(patient_app), make_login("patient", accounts=[make_account(first_name="Other")])
    )
    for path in ("", "/move", "/cancel", "/visit.ics"):
        stranger.get(f"/visits/{visit_id}{path}", expect=404)
    stranger.post(f"/visits/{visit_id}/confirm", expect=404)
    with read_only() as session:
        patient = session.get_one(Patient, world.patient_id)
    grant = add_grant(patient, by=world.login_id, proxy=stranger.login_id, scopes=[ProxyScope.BOOK])
    with transaction() as session:
        session.get_one(Patient, world.child_id).guarantor_account_id = make_account()
    stranger.post(f"/access/{grant}/act")
    assert "9:00 AM" in stranger.get(f"/visits/{visit_id}").text
    page = stranger.get(f"/visits/book?type={world.visit}")
    assert "For Testa Sample" in page.text
    stranger.follow(take(stranger, page, times(page)[0]))
    stranger.follow(stranger.post(confirm_address(), SELF_PAY))
    with read_only() as session:
        booked = session.scalars(
            select(Appointment).where(Appointment.id != visit_id, Appointment.state == "booked")
        ).one()
    assert (booked.patient_id, booked.proxy_grant_id) == (world.patient_id, grant)


def test_MSG_9_the_link_in_a_reminder_opens_one_visit_to_confirm_move_or_cancel(
    patient_app: Flask, world: BookingWorld, now: datetime
) -> None:
    mine, childs = world.book(), world.book(world.start(TUESDAY), patient_id=world.child_id)
    give_phone(world.account_id)
    link = link_for(patient_app, world.account_id, now=now, appointment_id=mine)
    guest = PageClient(patient_app)
    answer(guest, link, birth="5/4/1980")
    page = guest.follow(type_code(guest))
    assert page.h1 == "Your visit"
    assert "9:00 AM" in page.text
    guest.get(f"/visits/{childs}", expect=404)
    confirmed = guest.follow(guest.post(f"/visits/{mine}/confirm"))
    assert "We know that you are coming." in confirmed.text
    other = guest.get(f"/visits/{mine}/move")
    review = take(guest, other, times(other)[0])
    assert "Your visit has a new time." in guest.follow(guest.post(review.location)).text
    assert row(mine).confirmed_at is None  # moved, it is to be confirmed anew


def test_ID_1_a_stranger_chooses_a_time_then_signs_in_and_books_it(
    patient_app: Flask, world: BookingWorld
) -> None:
    client = PageClient(patient_app)
    page = client.get(f"/book?type={world.visit}")
    kept = client.follow(take(client, page, times(page)[0]))
    assert kept.h1 == "Your time is kept"
    other = PageClient(patient_app)
    assert other.get("/book/kept", expect=302).location == "/book"
    hold = confirm_address()
    newcomer = signed_in(client, world.newcomer_id)
    lead = newcomer.get("/", expect=302).location
    assert lead == hold
    assert newcomer.get(hold).h1 == "Is this right?"
    newcomer.follow(newcomer.post(hold, {"covered": "insurance"}))
    [visit_id] = booked_ids()
    assert (row(visit_id).newcomer_id, row(visit_id).patient_id) == (world.newcomer_id, None)
    assert "Your next visit" in newcomer.get("/home").text


def test_SCH_3_a_time_kept_by_nobody_in_particular_moves_no_visit_past_the_rules(
    patient_app: Flask, world: BookingWorld
) -> None:
    visit_id = world.book()
    client = PageClient(patient_app)
    page = client.get(f"/book?type={world.visit}&provider={world.ada}")
    client.follow(take(client, page, times(page)[0]))
    hold_id = confirm_address().rpartition("/")[2]
    with transaction() as session:
        session.get_one(ProviderProfile, world.ada).max_age_months = 12
    testa = signed_in(client, world.login_id)
    before = row(visit_id).starts_at
    refused = testa.post(f"/visits/{visit_id}/move/{hold_id}")
    assert refused.status == 409
    assert row(visit_id).starts_at == before


def test_SCH_1_a_stranger_cannot_sell_out_the_calendar(
    patient_app: Flask, world: BookingWorld
) -> None:
    answers = []
    for _ in range(8):
        client = PageClient(patient_app)
        page = client.get(f"/book?type={world.visit}")
        answers.append(take(client, page, times(page)[0]).status)
    assert answers == [303] * 6 + [429] * 2


def test_the_page_of_times_asks_the_database_few_questions(
    testa: PageClient, world: BookingWorld
) -> None:
    with read_only() as session:
        engine = session.get_bind()
    said: list[str] = []

    def listen(_c: object, _k: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        testa.get(f"/visits/book?who={world.patient_id}&type={world.ecg}")
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(said) <= 12, "\n".join(one[:90] for one in said)
