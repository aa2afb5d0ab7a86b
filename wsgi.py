"""The WSGI entry: `granian --interface wsgi wsgi:app`."""

from mall import create_app

app = create_app()
