"""Earning's reads."""

from mall.earning.queries.documents import (
    Filter,
    Page,
    dead_count,
    dealer_names,
    dealer_of_partner,
    documents,
    one,
    open_counts,
    revisions,
)
from mall.earning.queries.rules import (
    PROGRAMME,
    fen_for,
    point_value,
    point_values,
    rule_versions,
    sources_of,
)

__all__ = [
    "PROGRAMME",
    "Filter",
    "Page",
    "dead_count",
    "dealer_names",
    "dealer_of_partner",
    "documents",
    "fen_for",
    "one",
    "open_counts",
    "point_value",
    "point_values",
    "revisions",
    "rule_versions",
    "sources_of",
]
