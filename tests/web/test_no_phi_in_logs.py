"""A patient goes through enrolment and sign-in; the log knows neither name, date, address, number nor code."""

from __future__ import annotations

import json
import logging
import re

import pytest
from flask import Flask

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.web.logging import JsonLines
from tests.services.ledger_book import Book
from tests.web.newcomer import register
from tests.web.pages import PageClient
from tests.web.people import PASSWORD, digits_in, make_account, messages
from tests.web.test_enrolment import NOW, code_for, prove_email, set_password, start


def without_request_id(record: logging.LogRecord) -> str:
    """A line of the log less its random id, whose hex digits may spell a ZIP by chance."""
    line = json.loads(JsonLines().format(record))
    assert re.fullmatch(r"([0-9a-f]{32})?", line.pop("request_id", ""))
    del line["at"]
    return json.dumps(line)


def test_HIPAA_18_the_log_holds_nothing_a_patient_typed_or_saw(
    patient_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    visitor = PageClient(patient_app)
    account_id = make_account(first_name="Zebulon", last_name="Quillfeather")
    code = code_for(patient_app, account_id)
    start(visitor, code, "4/29/1986")
    start(visitor, code)
    prove_email(visitor, "zebulon@example.com")
    visitor.follow(set_password(visitor))
    visitor.post("/second-step/set-up", {"setup": "sms", "phone": "2025550199"})
    text_code = digits_in(messages("sms")[-1])
    visitor.follow(visitor.post("/second-step", {"code": text_code}))
    visitor.get("/account/security")
    visitor.get(f"/statements/{code}?name=Zebulon", expect=404)
    logged = "\n".join(without_request_id(record) for record in caplog.records)
    with transaction() as session:
        number = session.get_one(GuarantorAccount, account_id).number
    assert logged.count('"event": "request"') > 10
    mail_code = digits_in(messages()[0])
    for secret in (
        "Zebulon",
        "Quillfeather",
        "zebulon@",
        "1986",
        "2025550199",
        "20852",
        number,
        code,
        code.replace("-", ""),
        PASSWORD,
        text_code,
        mail_code,
    ):
        assert secret not in logged, f"{secret} stands in the log"


def test_MSG_9_subjects_and_texts_name_nobody(patient_app: Flask) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    visitor = PageClient(patient_app)
    account_id = make_account(first_name="Zebulon", last_name="Quillfeather", email="z@example.com")
    start(visitor, code_for(patient_app, account_id))
    prove_email(visitor, "zebulon@example.com")
    visitor.follow(set_password(visitor))
    for message in messages() + messages("sms"):
        for name in ("Zebulon", "Quillfeather"):
            assert name not in message.subject + message.body


def test_HIPAA_18_the_log_holds_nothing_that_somebody_new_typed(
    patient_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()
    visitor = PageClient(patient_app)
    visitor.follow(register(visitor, email="zebulon@example.com"))
    logged = "\n".join(without_request_id(record) for record in caplog.records)
    assert logged.count('"event": "request"') > 10
    for secret in ("Testa", "Sample", "zebulon", "1986", "5550142", "Sam ", PASSWORD):
        assert secret not in logged
    for message in (*messages(), *messages("sms")):
        if re.search(r"\b\d{6}\b", message.body):
            assert digits_in(message) not in logged
