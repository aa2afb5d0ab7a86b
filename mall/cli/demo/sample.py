"""How the demo's sample of real orders was chosen, so that it can be made again:

    python -m mall.cli.demo.sample online-retail-2010-12_2011-06.csv.gz

Whole invoices only, in the order and spelling of the published file, so that the sample can be fed beside the file.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections import Counter, defaultdict
from pathlib import Path

DEALERS, INVOICES, LINES = 18, 340, 160
"""So many dealers, about so many invoices in all, none of more than so many lines."""
ODD = ("no customer", "no price", "fee", "carriage", "negative", "voucher", "sample", "last")
SAMPLE = Path(__file__).parent / "online-retail-sample.csv.gz"


def chosen(rows: list[list[str]]) -> set[str]:
    """Invoices of the dealers who came most often, and the first three of each odd sort."""
    invoices: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        invoices[row[0]].append(row)
    small = {number: lines for number, lines in invoices.items() if len(lines) <= LINES}
    often = Counter(lines[0][6] for lines in small.values() if lines[0][6])
    # The busiest few would fill the sample alone; those after them are dealers as a demo wants them.
    ranked = sorted(often, key=lambda customer: (-often[customer], customer))[6 : 6 + DEALERS]
    wanted = {number for number, lines in small.items() if lines[0][6] in ranked}
    wanted = set(sorted(wanted)[:INVOICES]) | {number for number in sorted(wanted) if number.startswith("C")}
    for sort in ODD:
        of_sort = [n for n, lines in small.items() if len(lines) <= 12 and any(_is(sort, row) for row in lines)]
        wanted |= set(of_sort[-3:] if sort == "last" else of_sort[:3])
    return wanted


def _is(sort: str, row: list[str]) -> bool:
    number, code, _, quantity, at, price, customer, _ = row
    return {
        "no customer": not customer,
        "no price": float(price) == 0 and bool(customer),
        "fee": code in {"AMAZONFEE", "BANK CHARGES"},
        "carriage": code in {"C2", "D", "M"},
        "negative": int(quantity) < 0 and not number.startswith("C"),
        "voucher": code.startswith("gift_"),
        "sample": code == "S",
        "last": at.startswith("2011-06-30") and bool(customer),
    }[sort]


def main(path: Path) -> None:
    """Write the sample beside this file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    wanted = chosen(rows)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    kept = [row for row in rows if row[0] in wanted]
    out.writerows(kept)
    SAMPLE.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    dealers = {row[6] for row in kept if row[6]}
    print(f"{len(wanted)} invoices, {len(kept)} lines, {len(dealers)} dealers, {SAMPLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
