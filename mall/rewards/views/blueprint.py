"""The dealers' pages of rewards share one blueprint."""

from flask import Blueprint

rewards = Blueprint("rewards", __name__)
