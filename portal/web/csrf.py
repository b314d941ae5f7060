"""Forgery protection for both faces; a webhook view, which proves itself by signature, is exempted here."""

from __future__ import annotations

from flask_wtf import CSRFProtect

csrf = CSRFProtect()
