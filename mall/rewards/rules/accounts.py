"""Which accounts can be topped up, judged by their form alone; whether one exists only the supplier knows.

Mobile numbers: eleven digits beginning with 13 to 19 (工业和信息化部, 电信网编号计划, 2017). Fuel cards: 19 digits
beginning with 100011 at 中国石化, 16 digits beginning with 9 at 中国石油, as the suppliers of top-ups ask for them (the
field game_userid of the interfaces 加油卡充值 of 欧飞 and of 聚合数据).
"""

from __future__ import annotations

import re
import unicodedata

from mall.rewards.models import WrongAccount

PHONE = "phone"
FUEL_CARD = "fuel_card"
FORMS = {
    PHONE: re.compile(r"1[3-9][0-9]{9}"),
    FUEL_CARD: re.compile(r"100011[0-9]{13}|9[0-9]{15}"),
}
NOISE = re.compile(r"[\s\-.()]")


def account(text: str, form: str) -> str:
    """The digits of what a person typed, fit for `terms["account"]`; refused with WrongAccount where they are not."""
    digits = NOISE.sub("", unicodedata.normalize("NFKC", text))
    if form == PHONE:
        digits = re.sub(r"^(\+86|0086|86(?=1[0-9]{10}$))", "", digits)
    if form not in FORMS or not FORMS[form].fullmatch(digits):
        raise WrongAccount
    return digits
