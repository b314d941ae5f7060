"""No field of either face keeps a card number (PCI-5): every form is walked, and whatever may hold one is named here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import wtforms
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField

import portal.blueprints
import portal.web
import staff_admin.blueprints
from billing.free_text import REDACTED, CardNumberRefused, check_free_text
from portal.services.practice_file import Columns, read_rows
from portal.web.fields import CodeField, TraceField

CARD = "4111111111111111"
SPELLED = (CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "card 3782 822463 10005 exp 11/29")
LARGEST_INTEGER = 2**31 - 1  # what a column of ours holds

# Nobody types into these, or what is typed is compared and forgotten, or kept only as a hash.
KEEPS_NOTHING = {
    wtforms.HiddenField: "the page fills it",
    wtforms.PasswordField: "kept as a hash alone",
    wtforms.EmailField: "a sign-in’s, compared with those on file",
    wtforms.SubmitField: "a button",
    CodeField: "compared with a code that we gave",
}
# module.Class:field -> why any digits may stand in it.
MAY_HOLD = {
    "portal.blueprints.insurance.forms.CardForm:member_id": "a plan’s member number is whatever its card says",
    "staff_admin.blueprints.insurance.forms.AcceptForm:member_id": "the same, as the office checks it",
    "staff_admin.blueprints.day.forms.DepositForm:trace": "a bank’s trace is any digits, and must match the 835’s",
    "staff_admin.blueprints.agency_money.forms.AgencyPaidForm:trace": "a bank’s trace, which its line must match",
    "staff_admin.blueprints.eobs.forms.HeadForm:number": "the same, typed from paper; a virtual card’s is refused",
    "staff_admin.blueprints.eobs.forms.PlbRow:reference": "a PLB’s is the payer’s own, and must match its takeback",
    "staff_admin.blueprints.eobs.claim_forms.ClaimForm:payer_claim_number": "the payer’s claim number: any digits",
    "staff_admin.blueprints.recoupments.forms.AskForm:reference": "the payer’s own, so that its 72 and WO find it",
    "staff_admin.blueprints.work.forms.ReleaseForm:number": "compared with claims on file, and kept nowhere",
    "staff_admin.blueprints.work.forms.SplitForm:number": "the same",
}
# Compared with what was given or sent, or read as a phone number, by the rules of the library.
COMPARED = {
    "portal.web.sign_in_forms.ChooseFactorForm:phone",
    "portal.web.sign_in_forms.SecondFactorForm:code",
    "portal.web.sign_in_forms.UseRecoveryCodeForm:code",
}


def modules() -> Iterator[ModuleType]:
    for package in (portal.blueprints, portal.web, staff_admin.blueprints):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def forms() -> dict[str, type[wtforms.Form]]:
    """Each form class of ours by its full name; what the library brings is not ours to change."""
    return {
        f"{one.__module__}.{one.__name__}": one
        for module in modules()
        for one in vars(module).values()
        if inspect.isclass(one)
        and issubclass(one, wtforms.form.BaseForm)
        and one.__module__.startswith(("portal.", "staff_admin."))
    }


def fields() -> Iterator[tuple[str, UnboundField]]:
    for name, form in sorted(forms().items()):
        for field in dir(form):
            found = getattr(form, field, None)
            if isinstance(found, UnboundField) and _of_ours(form, field):
                yield f"{name}:{field}", found


def _of_ours(form: type[Any], field: str) -> bool:
    owner = next(one for one in form.__mro__ if field in vars(one))
    return owner.__module__.startswith(("portal.", "staff_admin."))


def kept(field: UnboundField, typed: str) -> bool:
    """Whether the field would hand the number on to a service."""
    bound = field.bind(form=wtforms.Form(), name="field", prefix="")
    bound.process(MultiDict({"field": typed}))
    try:
        if not bound.validate(wtforms.Form()):
            return False
    except (AttributeError, KeyError, TypeError):
        pass  # a rule of the whole form: the field itself said nothing
    if isinstance(bound.data, int) and bound.data > LARGEST_INTEGER:
        return False  # the database refuses it
    return _digits(typed) in _digits(str(bound.data))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)[:15]


def test_PCI_5_no_field_of_any_form_keeps_a_card_number() -> None:
    app = Flask(__name__)
    app.secret_key = "x"
    walked, offenders, named = 0, [], set()
    with app.test_request_context("/", method="POST"):
        for name, field in fields():
            kind = field.field_class
            if name in MAY_HOLD or name in COMPARED:
                named.add(name)
                continue
            if kind in KEEPS_NOTHING:
                continue
            walked += 1
            if not _is_choice(kind) and any(kept(field, typed) for typed in SPELLED):
                offenders.append(f"{name} ({kind.__name__})")
    assert walked > 300, "the walk looks in the wrong place"
    assert offenders == []
    assert named == set(MAY_HOLD) | COMPARED, "an exception that is no longer there"


def _is_choice(kind: type[Any]) -> bool:
    """Chosen from a list: what is no choice of it is refused, or read as the number of a row. Or a file, or rows."""
    chosen = (wtforms.SelectField, wtforms.SelectMultipleField, wtforms.BooleanField)
    return issubclass(kind, (*chosen, wtforms.FileField, wtforms.FieldList, wtforms.FormField))


def test_PCI_5_a_trace_is_the_only_kind_of_field_that_may_hold_any_digits() -> None:
    found = {name for name, field in fields() if issubclass(field.field_class, TraceField)}
    assert found <= set(MAY_HOLD)


@pytest.mark.parametrize(
    "number",
    [
        "1234567893",  # an NPI
        "80840 1234567893",  # with the prefix of its check digit
        "(212) 555-0142",
        "+1 212 555 0142",
        "1111-2222",  # an account
        "2026-0142",  # a statement
        "1511111111111111",  # a trace that no issuer begins so
        "4111111111111112",  # a check digit that does not fit
        "MBR 4111-22",
    ],
)
def test_PCI_5_other_numbers_are_never_refused(number: str) -> None:
    assert check_free_text(number) == number


@pytest.mark.parametrize("typed", SPELLED)
def test_PCI_5_a_row_of_the_practices_files_is_refused_and_the_row_beside_it_taken(
    typed: str,
) -> None:
    columns = Columns(id="receipt_id", needed=("note",), optional=("control_number",))
    data = f"receipt_id,note,control_number\n1,{typed},\n2,fine,{CARD}\n".encode()
    rows, refused = read_rows(data, columns)
    assert [row.id for row in rows] == ["2"]
    assert [one.reason for one in refused] == ["a cell looks like a card number: take it out"]


def test_PCI_5_a_file_is_not_named_after_a_card(session: Any) -> None:
    from datetime import UTC, datetime

    from portal.services.store_file import store_file

    now = datetime(2026, 3, 2, tzinfo=UTC)
    file = store_file(
        session, kind="835", data=b"x", name=f"/tmp/{CARD} May.835", stored_as="x", now=now
    )
    assert file.name == f"{REDACTED} May.835"
    with pytest.raises(CardNumberRefused):
        check_free_text(CARD)
