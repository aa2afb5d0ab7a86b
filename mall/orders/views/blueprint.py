"""The blueprint of the dealers' order pages."""

from flask import Blueprint

orders = Blueprint("orders", __name__)
