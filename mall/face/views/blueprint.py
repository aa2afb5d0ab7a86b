"""Where the dealers' pages of the face hang."""

from flask import Blueprint

face = Blueprint("face", __name__)
