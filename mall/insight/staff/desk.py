"""What the desk's pages across features share: their address."""

from __future__ import annotations

from flask import Blueprint

desk_insight = Blueprint("desk_insight", __name__, url_prefix="/desk")
