"""Reads of the face."""
