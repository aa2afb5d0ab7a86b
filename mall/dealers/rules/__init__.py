"""Judgement about people: phones, passwords, one-time codes, and how long a sign-in lives."""
