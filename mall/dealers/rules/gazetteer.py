"""The names that people give to divisions: 浙江 for 浙江省, 延边 for 延边朝鲜族自治州, and what lies in what.

Pure: divisions in, names out. What is known of streets is what the caller knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mall.dealers.models import Level

PEOPLES = (
    "维吾尔|哈萨克|柯尔克孜|塔吉克|达斡尔|鄂温克|鄂伦春|朝鲜|蒙古|土家|布依|哈尼|傈僳|拉祜|纳西|景颇|仫佬|布朗|撒拉|毛南|"
    "仡佬|锡伯|普米|保安|裕固|独龙|东乡"
)
SMALL_PEOPLES = "各|藏|回|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒"
"""Of one character: only 藏族 says that a people is meant, not 藏 alone."""
SELF_GOVERNED = re.compile(f"(?:(?:{PEOPLES})族?|(?:{SMALL_PEOPLES})族)*自治[区州县旗]$")
SUFFIX = {
    Level.PROVINCE: re.compile("(?:[省市]|(?:壮族|回族|维吾尔)?自治区)$"),
    Level.CITY: re.compile("(?:市|地区|盟)$"),
    Level.DISTRICT: re.compile("(?:[市县区旗]|特区|林区)$"),
}
OFFICES = ("办事处", "办")
"""A street is often written as the office that runs it."""
NO_CITY = ("省直辖县级行政区划", "省直辖县级行政单位", "自治区直辖县级行政区划", "自治区直辖县级行政单位", "省直辖")
OF_THE_MUNICIPALITY = ("市辖区", "县")


@dataclass(frozen=True)
class Place:
    """A division as the reading of addresses knows it."""

    code: str
    parent: str
    level: Level
    name: str
    path: str


@dataclass(frozen=True)
class Called:
    """A place by one of its names: in full, or as people shorten it."""

    place: Place
    full: bool


class Gazetteer:
    """Places by code and by every name they go by."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.by_code = {place.code: place for place in places}
        self.by_name: dict[str, list[Called]] = {}
        for place in self.by_code.values():
            for name, full in names_of(place):
                self.by_name.setdefault(name, []).append(Called(place, full))
        self.longest = max(map(len, self.by_name), default=0)

    def above(self, place: Place) -> Iterator[Place]:
        """The place itself and all that it lies in, from the bottom up."""
        here: Place | None = place
        while here is not None:
            yield here
            here = self.by_code.get(here.parent)

    def within(self, place: Place, over: Place) -> bool:
        """Whether a place lies in another, at whatever depth."""
        return place is not over and any(one.code == over.code for one in self.above(place))

    def below(self, over: Place, level: Level) -> list[Place]:
        """All places of a level that lie in a place, or the place itself where it is of that level."""
        return [one for one in self.by_code.values() if one.level == level and (one is over or self.within(one, over))]


def names_of(place: Place) -> Iterator[tuple[str, bool]]:
    """Every name of a place, and whether it is its full one."""
    yield place.name, True
    if place.level is Level.STREET:
        if place.name.endswith(("街道", "地区")):
            yield from ((place.name + office, True) for office in OFFICES)
        return
    if place.name.endswith("直辖县级行政区划"):
        yield from ((name, True) for name in NO_CITY if name != place.name)
        return
    if place.level is Level.CITY and place.path.split("/")[0] == place.name:
        yield from ((name, True) for name in OF_THE_MUNICIPALITY)
    short = shortened(place)
    if short and short != place.name:
        yield short, False


def shortened(place: Place) -> str:
    """A name without what kind of place it is; empty where too little is left to be told from other words."""
    bare = place.name if place.level is Level.PROVINCE else SELF_GOVERNED.sub("", place.name)
    if bare == place.name:
        bare = SUFFIX[place.level].sub("", place.name)
    return bare if len(bare) >= 2 else ""
