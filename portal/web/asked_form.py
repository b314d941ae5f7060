"""A WTForms form built from a form's own fields; whatever the browser let through, the server checks (SCH-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField

from billing.form_fields import NO, YES, Field, check, clean
from billing.form_words import Kind
from portal.web.fields import DayField, LineField
from portal.web.note_field import NoteField, NoteLineField

PREFIX = "q_"


class AskedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The form of some fields; `answers` are those that count, once it was sent and is right."""

    asked: Sequence[Field] = ()

    def start(self, answers: Mapping[str, Any]) -> None:
        """Fill in what was answered before."""
        for field in self.asked:
            known = answers.get(field.code)
            if known is not None:
                day = field.kind is Kind.DATE and isinstance(known, str)
                self[PREFIX + field.code].data = date.fromisoformat(known) if day else known

    def validate(self, extra_validators: Any = None) -> bool:
        """The library's checks, then the form's own rules."""
        fine = bool(super().validate(extra_validators))
        for code, wrong in check(self.asked, self.answers).items():
            field = self[PREFIX + code]
            if not field.errors:
                field.errors = [wrong]
            fine = False
        return fine

    @property
    def answers(self) -> dict[str, Any]:
        given = {field.code: _said(self[PREFIX + field.code].data) for field in self.asked}
        return clean(self.asked, given)

    @property
    def questions(self) -> list[tuple[Field, Any, str]]:
        """Each question, its form field, and when it is asked (empty: always)."""
        return [(one, self[PREFIX + one.code], _when(one, self.asked)) for one in self.asked]


def asked_form(fields: Sequence[Field], base: type[AskedForm] = AskedForm) -> AskedForm:
    """A form of these questions, filled by the request."""
    members: dict[str, Any] = {PREFIX + field.code: _input(field) for field in fields}
    made: AskedForm = type("AskedForm", (base,), {**members, "asked": tuple(fields)})()
    return made


def _input(field: Field) -> Any:
    words = (
        field.label
        if field.required
        else str(gettext("%(question)s (optional)", question=field.label))
    )
    if field.kind is Kind.LONG:
        return NoteField(words)
    if field.kind is Kind.DATE:
        return DayField(words)
    if field.kind is Kind.YES_NO:
        choices = [(YES, str(gettext("Yes"))), (NO, str(gettext("No")))]
        return RadioField(words, choices=choices, validate_choice=False)
    if field.kind is Kind.ONE:
        choices = [(one.code, one.words) for one in field.options]
        return RadioField(words, choices=choices, validate_choice=False)
    if field.kind is Kind.SEVERAL:
        several = [(one.code, one.words) for one in field.options]
        return SelectMultipleField(words, choices=several, validate_choice=False)
    return LineField(words) if field.kind is Kind.SIGNATURE else NoteLineField(words)


def _said(data: Any) -> Any:
    return data.isoformat() if isinstance(data, date) else data


def _when(field: Field, fields: Sequence[Field]) -> str:
    if field.shown_if is None:
        return ""
    asked = next(one for one in fields if one.code == field.shown_if.field)
    words = {YES: str(gettext("Yes")), NO: str(gettext("No"))} if asked.kind is Kind.YES_NO else {}
    words |= {one.code: one.words for one in asked.options}
    answer = words.get(field.shown_if.value, field.shown_if.value)
    return str(gettext("Only if you answered “%(answer)s” above.", answer=answer))
