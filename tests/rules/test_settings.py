"""Which settings the application refuses to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.text_templates import LINK_LONGEST
from portal.config import LONGEST_PUBLIC_URL, ConfigurationError, Settings

LIVE = {"STRIPE_SECRET_KEY": "rk_live_nothing", "KINDBILL_PUBLIC_URL": "https://bills.example.com"}


def test_a_live_key_starts_over_tls(tmp_path: Path) -> None:
    assert Settings.from_env({**LIVE, "KINDBILL_HOME": str(tmp_path)}).secure_cookies


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"STRIPE_API_BASE": "http://localhost:8420"}, "STRIPE_API_BASE"),
        ({"TWILIO_API_BASE": "http://localhost:8420"}, "TWILIO_API_BASE"),
        ({"KINDBILL_PUBLIC_URL": "http://bills.example.com"}, "KINDBILL_PUBLIC_URL"),
    ],
)
def test_a_live_key_refuses_stand_ins_and_clear_text(
    tmp_path: Path, more: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Settings.from_env({**LIVE, "KINDBILL_HOME": str(tmp_path), **more})


TEXTS = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_CAMPAIGN": "CM1",
    "KINDBILL_BAA_RECORDS": "twilio-2026-01",
}


def test_MSG_14_and_23_texts_go_live_with_their_campaign_and_agreement(tmp_path: Path) -> None:
    found = Settings.from_env({**LIVE, **TEXTS, "KINDBILL_HOME": str(tmp_path)})
    assert (found.twilio_campaign, found.baa_records) == ("CM1", ("twilio-2026-01",))


@pytest.mark.parametrize("missing", ["TWILIO_CAMPAIGN", "KINDBILL_BAA_RECORDS"])
def test_MSG_14_and_23_without_them_production_does_not_start(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing):
        Settings.from_env({**LIVE, **TEXTS, missing: "", "KINDBILL_HOME": str(tmp_path)})


def test_MSG_10_an_address_too_long_for_a_text_does_not_start(tmp_path: Path) -> None:
    assert LONGEST_PUBLIC_URL + len("/t/") + 14 == LINK_LONGEST
    address = f"https://{'x' * LONGEST_PUBLIC_URL}.example.com"
    with pytest.raises(ConfigurationError, match="KINDBILL_PUBLIC_URL"):
        Settings.from_env(
            {**LIVE, **TEXTS, "KINDBILL_PUBLIC_URL": address, "KINDBILL_HOME": str(tmp_path)}
        )


def test_test_keys_may_use_both(tmp_path: Path) -> None:
    given = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": "http://localhost:8420"}
    assert Settings.from_env({**given, "KINDBILL_HOME": str(tmp_path)}).test_keys


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example.com",
        "smtp://user:secret@192.0.2.7:587",
        "smtp://127.0.0.1.example.com",
        "mail.example.com",
        "http://mail.example.com",
    ],
)
def test_MSG_18_mail_in_clear_text_to_another_machine_does_not_start(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(ConfigurationError, match="KINDBILL_SMTP_URL") as caught:
        Settings.from_env({"KINDBILL_SMTP_URL": url, "KINDBILL_HOME": str(tmp_path)})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:1025",
        "smtp://localhost",
        "smtp://[::1]:25",
        "smtps://user:secret@mail.example.com",
        "smtp+tls://mail.example.com:587",
    ],
)
def test_MSG_18_tls_or_a_relay_on_this_machine_starts(tmp_path: Path, url: str) -> None:
    given = {"KINDBILL_SMTP_URL": url, "KINDBILL_HOME": str(tmp_path)}
    assert Settings.from_env(given).smtp_url == url
