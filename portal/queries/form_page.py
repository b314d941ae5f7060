"""The forms of the practice as staff see them: what is asked now, what is being written, and every version before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.check_in import required_texts
from billing.form_fields import Field, from_json
from portal.db import read_only
from portal.models.check_in import Form, FormDraft, FormVersion
from portal.models.identity import Login
from portal.models.practice import Practice

ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One form in the list."""

    id: int
    code: str
    kind: str
    title: str
    number: int  # 0: never published
    active: bool
    must_sign: bool
    renew_months: int | None
    every_visit: bool
    drafts: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """The words and questions of one version or draft."""

    number: int  # 0: a draft
    language: str
    title: str
    body: str
    fields: tuple[Field, ...]
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """One form."""

    row: FormRow
    drafts: dict[str, FormWords]
    versions: tuple[FormWords, ...]  # the newest first

    def words(self, language: str) -> FormWords | None:
        """What an editor begins with: the draft, or else the newest version."""
        newest = (one for one in self.versions if one.language == language)
        return self.drafts.get(language) or next(newest, None)


def form_list() -> tuple[FormRow, ...]:
    """Every form in its order; two queries."""
    with read_only() as session:
        return _rows(session)


def form_page(form_id: int) -> FormPage | None:
    """One form with its history."""
    with read_only() as session:
        row = next((one for one in _rows(session) if one.id == form_id), None)
        if row is None:
            return None
        versions = session.execute(
            select(FormVersion, Login.name)
            .outerjoin(Login, Login.id == FormVersion.published_by_id)
            .where(FormVersion.form_id == form_id)
            .order_by(FormVersion.number.desc(), FormVersion.language)
        ).all()
        drafts = session.execute(
            select(FormDraft, Login.name)
            .join(Login, Login.id == FormDraft.edited_by_id)
            .where(FormDraft.form_id == form_id)
        ).all()
    return FormPage(
        row=row,
        drafts={
            draft.language: _words(draft, 0, by or "", draft.edited_at) for draft, by in drafts
        },
        versions=tuple(
            _words(version, version.number, by or "", version.published_at)
            for version, by in versions
        ),
    )


def _words(row: FormVersion | FormDraft, number: int, by: str, at: datetime) -> FormWords:
    return FormWords(
        number=number,
        language=row.language,
        title=row.title,
        body=row.body,
        fields=from_json(row.fields),
        by=by,
        at=at,
    )


def _rows(session: Session) -> tuple[FormRow, ...]:
    drafts = (
        select(func.count()).where(FormDraft.form_id == Form.id).correlate(Form).scalar_subquery()
    )
    forms = session.execute(select(Form, drafts).order_by(Form.position, Form.id)).all()
    newest = session.scalars(
        select(FormVersion)
        .where(FormVersion.language == ENGLISH)
        .ext(distinct_on(FormVersion.form_id))
        .order_by(FormVersion.form_id, FormVersion.number.desc())
    )
    words = {version.form_id: version for version in newest}
    return tuple(
        FormRow(
            id=form.id,
            code=form.code,
            kind=form.kind,
            title=words[form.id].title if form.id in words else form.code,
            number=words[form.id].number if form.id in words else 0,
            active=form.active,
            must_sign=form.must_sign,
            renew_months=form.renew_months,
            every_visit=form.every_visit,
            drafts=count,
            published_at=words[form.id].published_at if form.id in words else None,
        )
        for form, count in forms
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownForm:
    """A form as somebody reads it: the practice named, and what the law adds below."""

    title: str
    paragraphs: tuple[str, ...]
    required: tuple[str, ...]
    fields: tuple[Field, ...]


def shown_form(words: FormWords, kind: str, *, practice: str, phone: str) -> ShownForm:
    """With the practice's name and phone in their places."""
    return ShownForm(
        title=words.title,
        paragraphs=paragraphs(words.body, practice=practice, phone=phone),
        required=required_texts(kind),
        fields=words.fields,
    )


def filled(text: str, *, practice: str, phone: str) -> str:
    """The words with the practice's own in them."""
    return text.replace("{practice}", practice).replace("{phone}", phone)


def paragraphs(body: str, *, practice: str, phone: str) -> tuple[str, ...]:
    """An empty line parts them."""
    whole = filled(body, practice=practice, phone=phone)
    return tuple(part.strip() for part in whole.split("\n\n") if part.strip())


def practice_words(session: Session) -> tuple[str, str]:
    """The practice's name and phone, for the words of forms."""
    found = session.execute(select(Practice.name, Practice.phone)).first()
    return (found.name, found.phone) if found else ("", "")
