"""What is wrong with the page that is open: axe's findings, overflow, targets too small for a thumb."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page

from mall.config import ROOT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose findings change with the colours alone."""
PICTURES = bool(os.environ.get("MALL_PICTURES"))
"""Whether the pages' pictures are kept. Drawing them takes longer than all that is looked for."""
AXE = """async (only) => {
  const seen = await axe.run(document, {resultTypes: ["violations"], runOnly: only});
  return seen.violations.map(v => ({rule: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map(
    n => n.html.slice(0, 200) + "  " + (n.any[0]?.message ?? n.all[0]?.message ?? ""))}));
}"""
FADED = """() => Promise.allSettled(document.getAnimations().filter(
  one => isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished))"""
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth <= wide) return found;
  for (const e of document.body.querySelectorAll("*")) {
    const r = e.getBoundingClientRect();
    if (r.width && r.right > wide + 1 && ![...e.children].some(c => c.getBoundingClientRect().right > wide + 1))
      found.push(`${e.outerHTML.slice(0, 120)} reaches ${Math.round(r.right)} of ${wide}`);
  }
  return found.length ? found.slice(0, 8) : [`the page is ${document.documentElement.scrollWidth} wide, of ${wide}`];
}"""
# A target is as large as the area that answers to it: its box, or what is drawn around it to catch the thumb.
# Links within running text may be smaller (WCAG 2.5.8, inline exception).
TARGETS = """() => {
  const small = [], half = 21.5;
  for (const e of document.querySelectorAll("a[href], button, select, summary, textarea, input, [role=button]")) {
    if (e.disabled || e.type === "hidden" || e.closest("[hidden], dialog:not([open])")) continue;
    const shown = /^(radio|checkbox|file)$/.test(e.type) && e.labels?.length ? e.labels[0] : e;
    if (!shown.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    const inText = getComputedStyle(e).display === "inline" && e.closest("p, li, dd, td, .notice, .prose");
    if (shown === e && inText) continue;
    shown.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
    const r = shown.getBoundingClientRect();
    if (r.width <= 1 || r.height <= 1) continue;
    const x = r.left + r.width / 2, y = r.top + r.height / 2;
    const answers = (px, py) => {
      const hit = document.elementFromPoint(px, py);
      return hit && (shown.contains(hit) || hit.contains(shown) && hit.matches("label, a, button"));
    };
    const tall = r.height >= 43.5 || answers(x, y - half) && answers(x, y + half);
    const broad = r.width >= 43.5 || answers(x - half, y) && answers(x + half, y);
    if (!tall || !broad) small.push(`${e.outerHTML.slice(0, 140)} is ${Math.round(r.width)}x${Math.round(r.height)}`);
  }
  scrollTo(0, 0);
  return small;
}"""


MISSING = """() => [...document.querySelectorAll("svg use")].filter(
  e => e.closest("svg").getBoundingClientRect().width && !e.getBBox().width).map(e => `no icon: ${e.outerHTML}`)"""


@lru_cache(maxsize=1)
def _axe() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")


def accessibility(page: Page) -> list[str]:
    """What axe finds, by all its rules. The page's context must be one with `bypass_csp=True`."""
    return _violations(page, {"type": "tag", "values": TAGS})


def in_the_dark(page: Page, path: Path) -> list[str]:
    """What axe finds in the page's dark colours: what a page says and how it is built does not change with them."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(FADED)
    picture(page, path)
    found = _violations(page, {"type": "rule", "values": COLOURS})
    page.emulate_media(color_scheme="light")
    return [f"in the dark: {finding}" for finding in found]


def _violations(page: Page, wanted: dict[str, Any]) -> list[str]:
    page.evaluate(_axe())
    found = cast("list[dict[str, Any]]", page.evaluate(AXE, wanted))
    return [f"{rule['rule']}: {rule['help']}\n      " + "\n      ".join(rule["nodes"]) for rule in found]


def overflow(page: Page) -> list[str]:
    """What reaches out of the page at its side."""
    return cast("list[str]", page.evaluate(OVERFLOW))


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss: less than 44 px either way."""
    return cast("list[str]", page.evaluate(TARGETS))


def missing_icons(page: Page) -> list[str]:
    """Icons that are named and not in the sprite."""
    found = cast("list[str]", page.evaluate(MISSING))
    if found:  # the sprite may still be on its way
        page.wait_for_load_state("networkidle")
        found = cast("list[str]", page.evaluate(MISSING))
    return found


def picture(page: Page, path: Path) -> None:
    """A picture of the whole page, fixed bars at its end, where pictures are wanted."""
    if not PICTURES:
        return
    size = page.viewport_size or {"width": 390, "height": 844}
    page.evaluate("scrollTo(0, 0)")
    height = min(6000, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=path)
    page.set_viewport_size(size)
