"""How values read on a page: amounts, dates, moments, phone numbers."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time
from flask import Flask
from flask_babel import gettext
from markupsafe import Markup, escape

from billing.money import Money
from portal.web.languages import ENGLISH, language

# A phone number, an account in brackets, a time of day, a month and its day: no place to break a line.
TIED = re.compile(
    r"\(\d{3}\) \d{3}-\d{4}|\(\d{4}-\d{4}\)"
    r"|\b\d{1,2}(:\d\d)? (?:[ap]m|[AP]M)\b"
    r"|\b(January|February|March|April|May|June|July|August|September|October|November|December)"
    r" \d{1,2}\b"  # the year may stand alone: in letters of 200 % a whole date is wider than a phone
    r"|\b\d{1,2} de (enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b"
)


def money(amount: Money) -> str:
    """`$1,250.00`; a minus is the real sign, which screen readers say and fonts align."""
    return str(amount).replace("-", "\N{MINUS SIGN}")


def day(value: date) -> str:
    """`March 14, 2026`; `14 de marzo de 2026`."""
    if language() != ENGLISH:
        return format_date(value, "long", locale=language())
    return f"{value:%B} {value.day}, {value.year}"


def short_day(value: date) -> str:
    """`Mar 14`, `14 mar`; where the year is not plain from the page, use `day`."""
    if language() != ENGLISH:
        return format_date(value, "d MMM", locale=language())
    return f"{value:%b} {value.day}"


def brief_day(value: date) -> str:
    """`Mar 14, 2026`, `14 mar 2026`, for lists."""
    if language() != ENGLISH:
        return format_date(value, "d MMM y", locale=language())
    return f"{short_day(value)}, {value.year}"


def moment(value: datetime, zone: str) -> str:
    """`March 14, 2026 at 3:05 PM`, on the practice's clock."""
    local = value.astimezone(ZoneInfo(zone))
    return str(gettext("%(day)s at %(time)s", day=day(local), time=_clock(local)))


def brief_moment(value: datetime, zone: str) -> str:
    """`Mar 14, 2026, 3:05 PM`, on the practice's clock, for lists."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{brief_day(local)}, {_clock(local)}"


def week_day(value: date) -> str:
    """`Monday, March 9`, `lunes, 9 de marzo`: of days that are near."""
    if language() != ENGLISH:
        return format_date(value, "EEEE, d 'de' MMMM", locale=language())
    return f"{value:%A}, {value:%B} {value.day}"


def clock(local: datetime | time) -> str:
    """`3:05 PM` of a moment that is already on the right wall clock, or of an hour of any day."""
    return _clock(local)


def month_year(value: date) -> str:
    """`March 2026`, `marzo de 2026`."""
    if language() != ENGLISH:
        return format_date(value, "MMMM 'de' y", locale=language())
    return f"{value:%B} {value.year}"


def _clock(local: datetime | time) -> str:
    if language() != ENGLISH:
        return format_time(local, "short", locale=f"{language()}_US")
    return f"{local.hour % 12 or 12}:{local:%M}\N{NO-BREAK SPACE}{local:%p}"


@lru_cache(maxsize=1024)
def phone(number: str) -> str:
    """`(555) 555-0142`; what is no US number stays as it was typed."""
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    style = phonenumbers.PhoneNumberFormat
    home = parsed.country_code == 1
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


@lru_cache(maxsize=1024)
def phone_link(number: str) -> str:
    """`tel:+15555550142`."""
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return f"tel:{''.join(c for c in number if c.isdigit())}"
    return f"tel:{phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)}"


def tied(words: str) -> Markup:
    """The same words, with `March 14`, `(555) 555-0142` and `5 pm` each kept on one line."""
    return Markup(TIED.sub(_kept, escape(words)))  # noqa: S704 (escaped, and what is added is ours)


def _kept(found: re.Match[str]) -> str:
    if found[0].startswith("("):  # its hyphen breaks too, and no space helps against that
        return f'<span class="nowrap">{found[0]}</span>'
    return found[0].replace(" ", "\N{NO-BREAK SPACE}")


def address(email: str) -> Markup:
    """An e-mail address that breaks after its `@` where a line is too short for it."""
    return escape(email).replace("@", Markup("@<wbr>"))


def counted(number: int, noun: str) -> str:
    """`1 bill`, `2 bills`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def register(app: Flask) -> None:
    """Give every template these filters."""
    for name in (
        money,
        day,
        short_day,
        brief_day,
        moment,
        brief_moment,
        week_day,
        month_year,
        clock,
        phone,
        phone_link,
        tied,
        address,
        counted,
    ):
        app.add_template_filter(name)
