"""The blueprint of the dealers' catalogue pages."""

from flask import Blueprint

catalog = Blueprint("catalog", __name__)
