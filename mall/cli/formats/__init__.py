"""Formats of order files: a module each, with `read(path, zone)` that gives a `Reading`."""

from mall.cli.formats import online_retail
from mall.cli.formats.reading import Invoice, Oddity, Reading

FORMATS = {"online-retail": online_retail.read}

__all__ = ["FORMATS", "Invoice", "Oddity", "Reading"]
