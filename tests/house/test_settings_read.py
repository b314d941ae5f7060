"""A setting that nothing reads would be a switch without a wire: each key of the registry is read somewhere."""

from __future__ import annotations

from pathlib import Path

from billing.settings import Key

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_on_the_page_is_read_by_something() -> None:
    registry = ROOT / "billing/settings.py"
    code = "\n".join(
        path.read_text()
        for folder in ("billing", "portal")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != registry
    )
    unread = [k for k in Key if f"Key.{k.name}" not in code and f'"{k.value}"' not in code]
    assert unread == []
