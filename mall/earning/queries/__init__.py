"""Earning's reads."""

from mall.earning.queries.rules import PROGRAMME, rule_versions

__all__ = ["PROGRAMME", "rule_versions"]
