"""Reads across features."""
