"""Earning's tables."""
