"""The blueprint of the dealers' own pages."""

from flask import Blueprint

routes = Blueprint("dealers", __name__)
