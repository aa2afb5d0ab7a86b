"""Reading an address out of what people copy from a chat: who, their phone, where, in any order. Pure rules.

    parse("浙江杭州临安锦城街道长桥路18号 沈立诚 138 0571 6207", gazetteer)

Nothing is guessed at: what the rules do not recognise is left for the person to fill in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mall.dealers.models import Level
from mall.dealers.rules import person_names
from mall.dealers.rules.gazetteer import Called, Gazetteer, Place
from mall.dealers.rules.phone import AREA

LONGEST = 300
"""Characters that are read; an address has fewer, and machines shall not make us work."""
WIDE = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in "０１２３４５６７８９＋－＃　：，；"}
BRACKETS = dict.fromkeys(map(ord, "【】[]"), " ")
MOBILE = re.compile(r"(?<!\d)(?:\(?(?:\+|00)?86\)?[\s-]?)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d)")
MOBILE_OTHERWISE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(1[3-9]\d{2})[\s-]?(\d{3})[\s-]?(\d{4})(?!\d)")
LANDLINE = re.compile(
    rf"(?<!\d)[(（]?({AREA})[)）]?[\s-]?(\d{{4}})[\s-]?(\d{{3,4}})(?:\s?(?:转|-|#)\s?(\d{{1,6}}))?(?!\d)"
)
BEGINS = r"(?:^|(?<=[\s,;。|、]))"
NAMED = "收货人姓名|收件人姓名|收货人|收件人|联系人|姓名"
NUMBERS = "手机号码|手机号|手机|联系电话|联系方式|电话号码|电话|固话|邮政编码|邮编"
PLACES = "收货信息|收件信息|收货地址|收件地址|送货地址|详细地址|街道地址|所在地区|所在区域|所在地|地址"
LEVELS = "省份|省|城市|市|区县|区|县|乡镇|街道|地区"
LABEL = re.compile(
    rf"{BEGINS}(?:(?P<named>{NAMED})\s*:?\s*|(?:{NUMBERS})\s*(?::|(?=[\s|\d]|$))|(?:{PLACES})\s*:?|(?:{LEVELS}):)"
)
ROAD = re.compile(
    "[东西南北中上下外内前后大老新]?[一二三四五六七八九十]?"
    "(?:路|街(?!道)|大道|大街|巷|弄|胡同|里|桥|村|新村|广场|大厦|公路|站)"
)
"""What follows a name that is a road's, not a district's: 和平路, 西湖大道, 朝阳北路."""
OLD_KINDS = ("市", "县", "区")
HERE = "\x01"
"""Stands before the word that a label said to be the name."""
HARD = "|"
"""Stands where a phone was: no region reaches across it."""


@dataclass(frozen=True)
class Parsed:
    """What was recognised. `place` is the deepest division; `candidates` those among which a person must choose."""

    recipient: str = ""
    phone: str = ""
    place: Place | None = None
    street: str = ""
    candidates: tuple[Place, ...] = field(default=())

    @property
    def region(self) -> str:
        """省/市/区县/街道 in words, as far as it was recognised."""
        return self.place.path if self.place else ""


@dataclass(frozen=True)
class Chain:
    """Divisions named one behind the other, from `start` up to `end` in the text."""

    start: int
    end: int
    steps: tuple[Called, ...]

    @property
    def place(self) -> Place:
        """The deepest of them."""
        return self.steps[-1].place

    @property
    def strength(self) -> tuple[int, int, int]:
        """The more levels, the more of them in full, the more characters: the likelier that it was meant."""
        return len(self.steps), sum(step.full for step in self.steps), sum(len(step.place.name) for step in self.steps)


def parse(text: str, gazetteer: Gazetteer) -> Parsed:
    """Read a name, a phone, a region and the rest of the street, whatever their order and however they are parted."""
    plain, phone = _without_phones(_plain(text))
    plain = LABEL.sub(lambda label: f" {HERE if label['named'] else ''}", plain)
    chains = strongest(plain, gazetteer)
    if not chains:
        recipient, street = _parted(_words(plain), settled=False)
        return Parsed(recipient, phone, None, street)
    chain, places = chains[0], _distinct(chain.place for chain in chains)
    place = places[0] if len(places) == 1 else _common(places, gazetteer)
    before, after = plain[: chain.start], plain[chain.end :]
    words = [_unrepeated(word, place or places[0], gazetteer) for word in _words(f"{before} {after.lstrip(' -/,')}")]
    recipient, street = _parted([word for word in words if word.text], settled=bool(phone))
    return Parsed(recipient, phone, place, street, candidates=() if place in places else places)


def wanted(text: str, gazetteer: Gazetteer) -> set[str]:
    """The codes of the districts whose streets would help to read the text: those named, or all of a named city."""
    plain, _ = _without_phones(_plain(text))
    chains = strongest(LABEL.sub(" ", plain), gazetteer, lenient=True)
    return {district.code for chain in chains for district in gazetteer.below(chain.place, Level.DISTRICT)}


def strongest(text: str, gazetteer: Gazetteer, *, lenient: bool = False) -> list[Chain]:
    """The chain of divisions that says most; several where the same words mean several places.

    One district alone by its short name is too little, for it may be anybody's name; `lenient` takes it.
    """
    found: list[Chain] = []
    for start in range(len(text)):
        at_word = start == 0 or text[start - 1] in " |,;\x01\n"
        for chain in _chains(text, start, gazetteer):
            first = chain.steps[0]
            enough = len(chain.steps) > 1 or first.full or first.place.level < Level.DISTRICT or lenient
            whole = len(chain.steps) > 1 or (first.full and first.place.level < Level.STREET)
            if enough and (at_word or whole):
                found.append(chain)
    if not found:
        return []
    best = max(chain.strength[:2] for chain in found)
    found = [chain for chain in found if chain.strength[:2] == best]
    start = min(chain.start for chain in found)
    most = max(chain.end for chain in found if chain.start == start)
    return [chain for chain in found if (chain.start, chain.end) == (start, most)]


def _chains(text: str, start: int, gazetteer: Gazetteer, under: Place | None = None) -> Iterator[Chain]:
    """Every chain that begins here: each step lies in the one before it."""
    for end, called in _steps(text, start, gazetteer):
        if under is not None and not gazetteer.within(called.place, under):
            continue
        if called.full or not ROAD.match(text, end):  # 济南路 is a road, 石家庄桥西 is not: a district follows
            yield Chain(start, end, (called,))
        ahead = end
        while ahead < len(text) and text[ahead] in " ,-/>·、\n":
            ahead += 1
        for rest in _chains(text, ahead, gazetteer, called.place):
            yield Chain(start, rest.end, (called, *rest.steps))


def _steps(text: str, start: int, gazetteer: Gazetteer) -> Iterator[tuple[int, Called]]:
    """Every place whose name stands at this point, and where the name ends."""
    for length in range(min(gazetteer.longest, len(text) - start), 0, -1):
        for called in gazetteer.by_name.get(text[start : start + length], ()):
            end = start + length
            yield end, called
            # 临安市 has become 临安区, and people go on writing what it was; but 青岛市南 is 市南区 of 青岛.
            if not called.full and called.place.level > Level.PROVINCE and text[end : end + 1] in OLD_KINDS:
                yield end + 1, called


def _plain(text: str) -> str:
    """Digits and signs in half width, line ends as spaces, nothing that cannot be seen."""
    shown = text[:LONGEST].translate(WIDE | BRACKETS)
    return "".join(" " if sign.isspace() else sign for sign in shown if sign.isspace() or sign.isprintable()).strip()


def _without_phones(text: str) -> tuple[str, str]:
    """The text with its phones taken out, and the first mobile, or else the first landline."""
    mobiles: list[str] = []
    landlines: list[str] = []

    def take(found: re.Match[str]) -> str:
        mobiles.append("".join(found.groups()))
        return f" {HARD} "

    def take_landline(found: re.Match[str]) -> str:
        area, first, second, extension = found.groups()
        landlines.append("-".join(part for part in (area, first + second, extension) if part))
        return f" {HARD} "

    for pattern in (MOBILE, MOBILE_OTHERWISE):
        text = pattern.sub(take, text)
    text = LANDLINE.sub(take_landline, text)
    return text, next(iter([*mobiles, *landlines]), "")


@dataclass(frozen=True)
class Word:
    """A word between gaps: whether a label says it is the name, and how near the text's ends or the phone it stands."""

    text: str
    labelled: bool = False
    nearness: int = 0


def _words(text: str) -> list[Word]:
    """The words of a text, without the marks; a word beside the phone or at an end is likelier a name."""
    marked = [part for part in re.split(r"[\s,;。]+", text.replace(HARD, f" {HARD} ")) if part]
    words: list[Word] = []
    parts = [part for part in marked if part != HARD]
    for at, part in enumerate(marked):
        if part == HARD:
            continue
        beside = HARD in (*marked[max(at - 1, 0) : at], *marked[at + 1 : at + 2])
        edge = 2 if part is parts[0] else 1 if part is parts[-1] else 0
        words.append(Word(part.strip(HERE + ":、"), part.startswith(HERE), edge + 2 * beside))
    return [word for word in words if word.text and not re.fullmatch(r"\d{6}", word.text)]


def _parted(words: list[Word], *, settled: bool) -> tuple[str, str]:
    """The name among the words, and the others as a street; once the rest is settled, less has to speak for a name."""
    named = next((at for at, word in enumerate(words) if word.labelled), None)
    if named is None:
        likely = [(person_names.likeness(word.text), word.nearness, -at) for at, word in enumerate(words)]
        best = max(likely, default=(0, 0, 0))
        sure = best[0] >= 3 or (best[0] and best[1] >= (2 if settled else 3))
        named = -best[2] if sure else None
    if named is not None:
        return words[named].text, " ".join(word.text for at, word in enumerate(words) if at != named)
    for at, word in enumerate(words):
        if word.nearness and (apart := person_names.at_the_end(word.text)):
            street = [*words[:at], Word(apart[0]), *words[at + 1 :]]
            return apart[1], " ".join(one.text for one in street)
    return "", " ".join(word.text for word in words)


def _unrepeated(word: Word, place: Place, gazetteer: Gazetteer) -> Word:
    """A word without the region that it says once more: forms ask for the region first and the whole line after."""
    above = {one.code for one in gazetteer.above(place)}
    again = [
        chain
        for chain in _chains(word.text, 0, gazetteer)
        if chain.place.code in above and (len(chain.steps) > 1 or chain.steps[0].full)
    ]
    if word.labelled or not again:
        return word
    return Word(word.text[max(chain.end for chain in again) :], nearness=word.nearness)


def _distinct(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple({place.code: place for place in places}.values())


def _common(places: tuple[Place, ...], gazetteer: Gazetteer) -> Place | None:
    """The deepest place in which all of them lie."""
    lines = [[one.code for one in gazetteer.above(place)] for place in places]
    return next((gazetteer.by_code[code] for code in lines[0] if all(code in line for line in lines[1:])), None)
