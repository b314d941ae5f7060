"""The blueprint that its modules share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("agency_money", __name__, url_prefix="/agencies/<int:agency_id>")
