"""Which settings the application refuses to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.config import ConfigurationError, Settings

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


def test_test_keys_may_use_both(tmp_path: Path) -> None:
    given = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": "http://localhost:8420"}
    assert Settings.from_env({**given, "KINDBILL_HOME": str(tmp_path)}).test_keys
