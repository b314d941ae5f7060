"""Write and publish the forms that people fill in before a visit; what is published never changes (SCH-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.form_fields import Field, digest, from_json, to_json
from portal.db import transaction
from portal.models.check_in import Form, FormDraft, FormVersion
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.starter_forms import STARTER_FORMS

ENGLISH, SPANISH = "en", "es"
LANGUAGES = (ENGLISH, SPANISH)


class CannotPublish(Refusal):
    """There is nothing to publish, or it is not whole."""

    title = "Nothing was published"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormText:
    """A form in one language, as somebody wrote it."""

    language: str
    title: str
    body: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSettings:
    """When a form is asked for."""

    renew_months: int | None
    every_visit: bool
    must_sign: bool
    active: bool


def publish_starter_forms(now: datetime) -> int:
    """Publish the forms that the software comes with where the practice has none of that code; how many."""
    made = 0
    with transaction() as session:
        known = set(session.scalars(select(Form.code)))
        for position, starter in enumerate(STARTER_FORMS, start=1):
            if starter.code in known:
                continue
            form = Form(
                code=starter.code,
                kind=starter.kind,
                renew_months=starter.renew_months,
                every_visit=starter.every_visit,
                must_sign=starter.must_sign,
                position=position,
            )
            session.add(form)
            session.flush()
            for language, text in starter.texts.items():
                whole = FormText(
                    language=language, title=text.title, body=text.body, fields=text.fields
                )
                session.add(_version(form.id, 1, whole, None, now))
            made += 1
    return made


def start_form(*, code: str, kind: str, staff: StaffViewer, now: datetime) -> int:
    """A new form, asked of nobody until it is published and switched on; its id."""
    with transaction() as session:
        if session.scalar(select(Form.id).where(Form.code == code)) is not None:
            raise CannotPublish("There is a form of that short name already. Choose another one.")
        last = session.scalar(select(func.max(Form.position))) or 0
        form = Form(code=code, kind=kind, must_sign=kind != "questionnaire", active=False)
        form.position = last + 1
        session.add(form)
        session.flush()
        _tell(session, staff, form.id, "create", now)
        return form.id


def save_form_draft(*, form_id: int, text: FormText, staff: StaffViewer, now: datetime) -> None:
    """Keep what somebody is writing; nobody is asked it yet."""
    with transaction() as session:
        _form(session, form_id)
        values = {
            "title": text.title.strip(),
            "body": text.body.strip().replace("\r\n", "\n"),
            "fields": to_json(text.fields),
            "edited_by_id": staff.login_id,
            "edited_at": now,
        }
        session.execute(
            insert(FormDraft)
            .values(form_id=form_id, language=text.language, **values)
            .on_conflict_do_update(index_elements=["form_id", "language"], set_=values)
        )
        _tell(session, staff, form_id, "update", now)


def set_form(*, form_id: int, settings: FormSettings, staff: StaffViewer, now: datetime) -> None:
    """Change when it is asked for. One that was never published cannot be switched on."""
    with transaction() as session:
        form = _form(session, form_id)
        if settings.active and _newest(session, form_id) == 0:
            raise CannotPublish("Publish the form first, then switch it on.")
        form.renew_months, form.every_visit = settings.renew_months, settings.every_visit
        form.must_sign, form.active = settings.must_sign, settings.active
        _tell(session, staff, form_id, "update", now)


def publish_form(*, form_id: int, staff: StaffViewer, now: datetime) -> int:
    """The drafts become the next version, in both languages; its number. A language without a draft keeps its words.

    The questions must be the same in both: an answer means the same whoever gave it.
    """
    if not staff.may("forms.edit"):
        raise CannotPublish("Your role cannot publish forms. Ask a manager.")
    with transaction() as session:
        _form(session, form_id)
        drafts = session.scalars(select(FormDraft).where(FormDraft.form_id == form_id)).all()
        if not drafts:
            raise CannotPublish("There is no draft. Change something first.")
        number = _newest(session, form_id)
        texts = _texts(session, form_id, number, drafts)
        _check_same_questions(texts)
        session.add_all(_version(form_id, number + 1, one, staff.login_id, now) for one in texts)
        session.execute(delete(FormDraft).where(FormDraft.form_id == form_id))
        _tell(session, staff, form_id, "publish", now)
        return number + 1


def _texts(
    session: Session, form_id: int, number: int, drafts: Sequence[FormDraft]
) -> list[FormText]:
    before = session.scalars(
        select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.number == number)
    )
    rows: dict[str, FormVersion | FormDraft] = {row.language: row for row in before}
    rows |= {row.language: row for row in drafts}
    if ENGLISH not in rows:
        raise CannotPublish("Write the English words first. They are shown where no others are.")
    return [
        FormText(language=code, title=row.title, body=row.body, fields=from_json(row.fields))
        for code, row in sorted(rows.items())
    ]


def _check_same_questions(texts: Sequence[FormText]) -> None:
    def shape(text: FormText) -> list[tuple[object, ...]]:
        return [
            (one.code, one.kind, one.required, one.shown_if, [o.code for o in one.options])
            for one in text.fields
        ]

    if any(shape(one) != shape(texts[0]) for one in texts):
        raise CannotPublish(
            "The questions are not the same in both languages. Give them the same short names,"
            " kinds, choices and conditions, in the same order."
        )


def _version(
    form_id: int, number: int, text: FormText, login_id: int | None, now: datetime
) -> FormVersion:
    return FormVersion(
        form_id=form_id,
        number=number,
        language=text.language,
        title=text.title,
        body=text.body,
        fields=to_json(text.fields),
        sha256=digest(text.title, text.body, text.fields),
        published_by_id=login_id,
        published_at=now,
    )


def _form(session: Session, form_id: int) -> Form:
    form = session.get(Form, form_id, with_for_update=True)
    if form is None:
        raise NotFound
    return form


def _newest(session: Session, form_id: int) -> int:
    newest = select(func.max(FormVersion.number)).where(FormVersion.form_id == form_id)
    return session.scalar(newest) or 0


def _tell(session: Session, staff: StaffViewer, form_id: int, action: str, now: datetime) -> None:
    add_staff_act(session, staff, action=action, object_type="form", object_id=form_id, now=now)
