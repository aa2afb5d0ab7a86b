"""Reads of messages: for the worker, and for the desk."""
