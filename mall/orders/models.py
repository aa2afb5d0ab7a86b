"""Redemption orders."""
