"""The dealers' points pages' blueprint; its modules hang their routes on it."""

from flask import Blueprint

points = Blueprint("points", __name__)
