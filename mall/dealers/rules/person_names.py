"""Telling a person's name from the other words of an address."""

from __future__ import annotations

import re

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤祁乐祝纪康毕伍尤"
    "季樊殷俞洪施章倪庄葛聂焦牛鲁岳齐庞管游翟安路左关辛喻柴屠宁包梅盛童颜温蓝邢项滕裴鲍岑简单华柯房桂卓成耿骆仲符甘欧"
    "柳冉臧穆娄宫涂饶初谷栾连应艾卞冷阮柏解霍车隋蒙姬景闵席巩苗窦曲舒尚燕商凌费桑佟楚雍蒲靳池郁苟敖储卜扈帅仇明晏闻嵇"
    "时米权查麦危古茅戚戎井巫隆党翁荆阚冀竺幸"
)
DOUBLE = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "夏侯", "南宫"
)  # fmt: skip
TITLES = ("先生", "女士", "小姐", "老师", "经理", "老板", "师傅", "店长", "主任", "会计", "总")
OF_PLACES = re.compile("[省市区县乡镇村路街巷弄号室楼栋幢座层院园厂店库城里组仓厅铺场桥站港湾府苑庭门口旁侧]")
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
PLAIN = re.compile(f"[{HAN}]{{2,4}}\\Z")
DOTTED = re.compile(f"[{HAN}]{{1,8}}[·•][{HAN}]{{1,8}}\\Z")
LATIN = re.compile(r"[A-Za-z][A-Za-z.'-]{1,30}\Z")
AT_THE_END = re.compile(f"(?P<street>.*[号室楼栋幢层座库店厂院弄组村])(?P<name>[{HAN}]{{2,4}})\\Z")


def likeness(word: str) -> int:
    """How much a word looks like somebody's name: 0 is not at all, a surname with one or two characters is much."""
    for title in TITLES:
        if word.endswith(title) and 1 <= len(word) - len(title) <= 4:
            return 8 if _surname(word) else 5
    if DOTTED.match(word):
        return 7
    if LATIN.match(word):
        return 2
    if not PLAIN.match(word) or OF_PLACES.search(word[1:]):
        return 0
    if _surname(word):
        return 6 if len(word) <= 3 or word.startswith(DOUBLE) else 3
    return 1 if len(word) <= 3 and not OF_PLACES.search(word) else 0


def at_the_end(text: str) -> tuple[str, str] | None:
    """A street and the name that was written right behind it: `长桥路18号沈立诚`. None where there is no name."""
    found = AT_THE_END.match(text)
    return (found["street"], found["name"]) if found and likeness(found["name"]) >= 6 else None


def _surname(word: str) -> bool:
    return word[:1] in SURNAMES or word.startswith(DOUBLE)
