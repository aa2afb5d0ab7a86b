"""Every record of a file sells or is remarked upon."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from mall.cli.feed import plain, write_report
from mall.cli.formats import Oddity
from mall.cli.formats.online_retail import COLUMNS, read

ZONE = "Asia/Shanghai"
LINE = ("536365", "85123A", "WHITE HANGING HEART", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom")


def line(**more: str) -> tuple[str, ...]:
    names = dict(zip(COLUMNS, LINE, strict=True)) | more
    return tuple(names[name] for name in COLUMNS)


def file(folder: Path, *lines: tuple[str, ...], packed: bool = False) -> Path:
    path = folder / ("orders.csv.gz" if packed else "orders.csv")
    with gzip.open(path, "wt", newline="") if packed else path.open("w", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *lines])
    return path


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"StockCode": "POST"}, "postage"),
        ({"StockCode": "DOT"}, "postage"),
        ({"StockCode": "C2"}, "postage"),
        ({"StockCode": "BANK CHARGES"}, "fee"),
        ({"StockCode": "AMAZONFEE"}, "fee"),
        ({"StockCode": "M"}, "adjustment"),
        ({"StockCode": "m"}, "adjustment"),
        ({"StockCode": "D", "InvoiceNo": "C1", "Quantity": "-1"}, "adjustment"),
        ({"StockCode": "S"}, "sample"),
        ({"StockCode": "gift_0001_20"}, "voucher"),
        ({"StockCode": "POST", "InvoiceNo": "C1", "Quantity": "-1"}, "postage"),
        ({"CustomerID": ""}, "no_customer"),
        ({"UnitPrice": "0.0"}, "no_price"),
        ({"UnitPrice": "-11062.06"}, "no_price"),
        ({"Quantity": "-3"}, "negative_quantity"),
        ({"Quantity": "0"}, "no_quantity"),
        ({"InvoiceNo": "C1"}, "positive_quantity"),
        ({"InvoiceNo": "C1", "Quantity": "-1"}, "return"),
        ({"Quantity": "six"}, "unreadable"),
        ({"Quantity": "6.5"}, "unreadable"),
        ({"Quantity": "9999999999"}, "unreadable"),
        ({"UnitPrice": "NaN"}, "unreadable"),
        ({"UnitPrice": "1e400"}, "unreadable"),
        ({"UnitPrice": ""}, "unreadable"),
        ({"InvoiceDate": "yesterday"}, "unreadable"),
        ({"InvoiceDate": "2010-12-01T08:26:00+00:00"}, "unreadable"),
        ({"InvoiceNo": ""}, "unreadable"),
        ({"InvoiceNo": "=1+1"}, "unreadable"),
        ({"StockCode": ""}, "unreadable"),
        ({"CustomerID": "somebody"}, "unreadable"),
    ],
)
def test_what_is_no_ordinary_sale_is_told_by_its_kind(tmp_path: Path, more: dict[str, str], kind: str) -> None:
    reading = read(file(tmp_path, LINE, line(**more)), ZONE)
    assert [(odd.record, odd.kind) for odd in reading.oddities] == [(2, kind)]
    assert reading.records == 2


def test_goods_with_letters_in_their_code_are_goods(tmp_path: Path) -> None:
    reading = read(file(tmp_path, line(StockCode="DCGSSGIRL"), line(StockCode="PADS", UnitPrice="0.001")), ZONE)
    assert reading.oddities == []


def test_each_line_is_rounded_half_up_to_fen(tmp_path: Path) -> None:
    prices = ("0.001", "0.005", "0.015", "2.675", "1.0049999", "100")
    lines = [line(UnitPrice=price, Quantity="1", StockCode=f"1000{n}") for n, price in enumerate(prices)]
    [invoice] = read(file(tmp_path, *lines), ZONE).invoices
    assert [sold.fen for sold in invoice.lines] == [0, 1, 2, 268, 100, 10_000]


def test_lines_repeated_within_an_invoice_stay_and_are_told(tmp_path: Path) -> None:
    reading = read(file(tmp_path, LINE, LINE, line(InvoiceNo="536366"), LINE), ZONE)
    assert [(odd.record, odd.kind) for odd in reading.oddities] == [(2, "repeated"), (4, "repeated")]
    assert [len(invoice.lines) for invoice in reading.invoices] == [3, 1]


def test_lines_of_an_invoice_may_lie_apart_and_its_first_time_counts(tmp_path: Path) -> None:
    later = line(StockCode="10001", InvoiceDate="2010-12-01 08:27:00")
    reading = read(file(tmp_path, LINE, line(InvoiceNo="536366"), later, packed=True), ZONE)
    first = reading.invoices[0]
    assert (first.number, len(first.lines), first.at.minute) == ("536365", 2, 26)
    assert first.document(ZONE, 0)["ordered_at"] == "2010-12-01T08:26:00+08:00"
    assert first.document(ZONE, 5_624)["ordered_at"] == "2026-04-25T08:26:00+08:00"


def test_an_invoice_without_counted_lines_makes_no_document_but_is_told(tmp_path: Path) -> None:
    reading = read(file(tmp_path, line(StockCode="POST"), line(StockCode="M")), ZONE)
    assert (reading.invoices, len(reading.oddities)) == ([], 2)


def test_short_and_long_records_are_told(tmp_path: Path) -> None:
    reading = read(file(tmp_path, LINE[:5], (*LINE, "more"), (), LINE), ZONE)
    assert [odd.kind for odd in reading.oddities] == ["unreadable"] * 3
    assert reading.records == 4


def test_a_line_of_another_customer_is_not_credited(tmp_path: Path) -> None:
    reading = read(file(tmp_path, LINE, line(CustomerID="99999.0")), ZONE)
    assert [(odd.record, odd.kind) for odd in reading.oddities] == [(2, "unreadable")]
    assert [invoice.dealer_code for invoice in reading.invoices] == ["OR-17850"]


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not in this format"):
        read(path, ZONE)


def test_no_cell_of_the_report_is_a_formula(tmp_path: Path) -> None:
    assert [plain(x) for x in ("=1", "+1", "-1", "@a", "a", 7)] == ["'=1", "'+1", "'-1", "'@a", "a", 7]
    write_report(tmp_path / "r.csv", [Oddity(2, "=A", "B", "return", "x"), Oddity(1, "A", "B", "return", "x")])
    assert (tmp_path / "r.csv").read_text().splitlines()[1:] == ["1,A,B,return,x", "2,'=A,B,return,x"]
