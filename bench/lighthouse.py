"""Lighthouse (mobile) on home, catalogue and a reward of a running demo: medians of scores, bytes and requests.

    PORT=8000 make run                      # in one terminal
    .venv/bin/python bench/lighthouse.py http://127.0.0.1:8000 --runs 5

The performance score moves with the load of the machine: `benchmark` is Lighthouse's own measure of it (1000 and more
is a free core). Bytes, requests, layout shift and the other three scores do not move.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from typing import Any

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent))

from mall.cli.demo.people import MEMBERS, PASSWORD  # noqa: E402 - after the path is known

NPM = Path(sys.executable).parent / "npm"
NODE = Path(sys.executable).parent / "node"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
SCORES = ("performance", "accessibility", "best-practices", "seo")


def sign_in(url: str) -> str:
    """The Cookie header of a signed-in dealer."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.addheaders = [("Accept-Language", "zh-CN"), ("Referer", f"{url}/sign-in")]
    form = opener.open(f"{url}/sign-in").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token, "the sign-in page has no token"
    wants = {"csrf_token": token[1], "phone": MEMBERS[0].phone, "password": PASSWORD}
    opener.open(f"{url}/sign-in", urllib.parse.urlencode(wants).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def measure(address: str, cookie: str, folder: Path) -> dict[str, Any]:
    """One run of Lighthouse on an address."""
    report = folder / "report.json"
    command = [
        str(NODE), str(BENCH / "node_modules/lighthouse/cli/index.js"), address, "--quiet", "--form-factor=mobile",
        "--screenEmulation.mobile", "--throttling-method=simulate", f"--only-categories={','.join(SCORES)}",
        "--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}",
        "--extra-headers=" + json.dumps({"Cookie": cookie, "Accept-Language": "zh-CN"}),
    ]  # fmt: skip
    subprocess.run(command, check=True, env={"CHROME_PATH": "/usr/bin/chromium", **os.environ})
    seen = json.loads(report.read_text())
    items = seen["audits"]["network-requests"]["details"]["items"]
    return {
        **{name: round(100 * seen["categories"][name]["score"]) for name in SCORES},
        "LCP s": seen["audits"]["largest-contentful-paint"]["numericValue"] / 1000,
        "TBT ms": seen["audits"]["total-blocking-time"]["numericValue"],
        "CLS": seen["audits"]["cumulative-layout-shift"]["numericValue"],
        "KB": sum(item["transferSize"] for item in items) / 1024,
        "requests": len(items),
        "benchmark": seen["environment"]["benchmarkIndex"],
        "_failed": sorted(name for name, audit in seen["audits"].items() if failed(audit)),
    }


def failed(audit: dict[str, Any]) -> bool:
    """Whether an audit that is not a mere timing found something to mend."""
    counts = audit["scoreDisplayMode"] in {"binary", "metricSavings"}
    return counts and audit["score"] is not None and audit["score"] < 0.9


def main() -> None:
    """Run and print a table, and what was not perfect."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("url")
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--item", default="DG-2006")
    wants = ask.parse_args()
    url = wants.url.rstrip("/")
    if not (BENCH / "node_modules").is_dir():
        subprocess.run([str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=BENCH, check=True)
    cookie = sign_in(url)
    imperfect: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in {"home": "/", "catalogue": "/catalog", "item": f"/catalog/{wants.item}"}.items():
            runs = [measure(url + path, cookie, Path(folder)) for _ in range(wants.runs)]
            middle = {key: median(run[key] for run in runs) for key in runs[0] if not key.startswith("_")}
            print(f"{name:10}", "  ".join(f"{key} {round(value, 3):g}" for key, value in middle.items()))
            imperfect[name] = runs[-1]["_failed"]
    for name, audits in imperfect.items():
        print(f"{name}: not perfect: {', '.join(audits) or 'nothing'}")


if __name__ == "__main__":
    main()
