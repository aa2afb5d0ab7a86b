"""What the rules read out of pasted addresses. Every person and every phone is invented."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.dealers.models import Level, NotReachable
from mall.dealers.rules.address_parse import LONGEST, Parsed, parse
from mall.dealers.rules.gazetteer import Place, names_of, shortened
from mall.dealers.rules.phone import reachable
from tests.divisions import country, places

LINAN = "浙江省/杭州市/临安区"
JINCHENG = f"{LINAN}/锦城街道"
WANG = ("沈立诚", "13805716207")


def read(text: str) -> Parsed:
    return parse(text, places())


@pytest.mark.parametrize(
    ("text", "name", "phone", "region", "street"),
    [
        # in full, in every order
        ("浙江省杭州市临安区锦城街道长桥路 18 号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路 18 号"),
        ("沈立诚 13805716207 浙江省杭州市临安区锦城街道长桥路 18 号", *WANG, JINCHENG, "长桥路 18 号"),
        ("13805716207 浙江省杭州市临安区锦城街道长桥路 18 号 沈立诚", *WANG, JINCHENG, "长桥路 18 号"),
        ("沈立诚，浙江省杭州市临安区锦城街道长桥路 18 号，13805716207", *WANG, JINCHENG, "长桥路 18 号"),
        (
            "浙江省 杭州市 临安区 锦城街道 长桥路18号 3 幢 201 室\n沈立诚\n13805716207",
            *WANG, JINCHENG, "长桥路18号 3 幢 201 室",
        ),
        ("浙江省-杭州市-临安区-锦城街道 长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        # nothing between them
        ("沈立诚13805716207浙江省杭州市临安区锦城街道长桥路18号", *WANG, JINCHENG, "长桥路18号"),
        ("浙江杭州临安长桥路18号沈立诚13805716207", *WANG, LINAN, "长桥路18号"),
        ("沈立诚浙江省杭州市临安区长桥路18号13805716207", *WANG, LINAN, "长桥路18号"),
        # with labels, as forms and couriers write them
        (
            "收货人：沈立诚\n手机号码：13805716207\n所在地区：浙江省杭州市临安区锦城街道\n详细地址：长桥路 18 号",
            *WANG, JINCHENG, "长桥路 18 号",
        ),
        ("收件人沈立诚 电话13805716207 地址浙江省杭州市临安区锦城街道长桥路18号", *WANG, JINCHENG, "长桥路18号"),
        (
            "【收货信息】姓名:沈立诚;联系电话:13805716207;地址:浙江杭州临安锦城街道长桥路18号;邮编:311300",
            *WANG, JINCHENG, "长桥路18号",
        ),
        (
            "省：浙江 市：杭州 区：临安 街道：锦城街道 详细地址：长桥路18号 沈立诚 13805716207",
            *WANG, JINCHENG, "长桥路18号",
        ),
        ("311300 浙江省杭州市临安区锦城街道长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        # the region said twice
        (
            ("所在地区:浙江省杭州市临安区 详细地址:浙江省杭州市临安区锦城"
            "街道长桥路18号 收件人:沈立诚 电话:13805716207"),
            *WANG, JINCHENG, "长桥路18号",
        ),
        ("浙江省杭州市临安区锦城街道 浙江省杭州市长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        # shortened, with levels left out, or by an older name
        ("浙江杭州临安锦城街道长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        ("临安市锦城街道办事处长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        ("杭州市锦城街道长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        ("临安锦城街道长桥路18号 沈立诚 13805716207", *WANG, JINCHENG, "长桥路18号"),
        ("义乌稠城街道工人北路 55 号 沈立诚 13805716207", *WANG, "浙江省/金华市/义乌市/稠城街道", "工人北路 55 号"),
        # a street that the table does not know stays in the rest
        ("浙江省杭州市临安区新桥街道长桥路18号 沈立诚 13805716207", *WANG, LINAN, "新桥街道长桥路18号"),
        # municipalities
        (
            "北京市海淀区中关村街道中关村大街 27 号 沈立诚 13805716207",
            *WANG, "北京市/北京市/海淀区/中关村街道", "中关村大街 27 号",
        ),
        (
            "北京北京市朝阳区望京街道阜通东大街6号 沈立诚 13805716207",
            *WANG, "北京市/北京市/朝阳区/望京街道", "阜通东大街6号",
        ),
        ("北京市市辖区海淀区中关村街道 沈立诚 13805716207", *WANG, "北京市/北京市/海淀区/中关村街道", ""),
        (
            "上海浦东新区花木街道锦绣路 1001 弄 8 号 沈立诚 13805716207",
            *WANG, "上海市/上海市/浦东新区/花木街道", "锦绣路 1001 弄 8 号",
        ),
        ("重庆市城口县葛城街道南大街1号 沈立诚 13805716207", *WANG, "重庆市/重庆市/城口县/葛城街道", "南大街1号"),
        # autonomous regions, prefectures and counties
        ("内蒙古呼和浩特新城区东街街道 沈立诚 13805716207", *WANG, "内蒙古自治区/呼和浩特市/新城区/东街街道", ""),
        (
            "新疆伊犁伊宁市墩买里街道解放路 3 号 沈立诚 13805716207",
            *WANG, "新疆维吾尔自治区/伊犁哈萨克自治州/伊宁市/墩买里街道", "解放路 3 号",
        ),
        ("广西桂林龙胜龙胜镇 沈立诚 13805716207", *WANG, "广西壮族自治区/桂林市/龙胜各族自治县/龙胜镇", ""),
        (
            "云南省大理白族自治州大理市大理镇人民路 1 号 沈立诚 13805716207",
            *WANG, "云南省/大理白族自治州/大理市/大理镇", "人民路 1 号",
        ),
        # cities without districts, districts without a city
        ("广东东莞南城街道鸿福路 200 号 沈立诚 13805716207", *WANG, "广东省/东莞市/东莞市/南城街道", "鸿福路 200 号"),
        ("广东省中山市石岐街道孙文东路1号 沈立诚 13805716207", *WANG, "广东省/中山市/中山市/石岐街道", "孙文东路1号"),
        ("海南儋州那大镇文化路 沈立诚 13805716207", *WANG, "海南省/儋州市/儋州市/那大镇", "文化路"),
        ("甘肃嘉峪关雄关街道 沈立诚 13805716207", *WANG, "甘肃省/嘉峪关市/嘉峪关市/雄关街道", ""),
        ("湖北仙桃沙嘴街道仙桃大道 沈立诚 13805716207", *WANG, "湖北省/省直辖县级行政区划/仙桃市/沙嘴街道", "仙桃大道"),
        (
            "湖北省省直辖县级行政区划仙桃市沙嘴街道 沈立诚 13805716207",
            *WANG, "湖北省/省直辖县级行政区划/仙桃市/沙嘴街道", "",
        ),
        # districts that begin like a road, or like what stands before them
        ("河北石家庄桥西中山路 18 号 沈立诚 13805716207", *WANG, "河北省/石家庄市/桥西区", "中山路 18 号"),
        ("山东青岛市南香港中路 18 号 沈立诚 13805716207", *WANG, "山东省/青岛市/市南区", "香港中路 18 号"),
        # one name at several levels
        ("吉林吉林市船营区松江中路8号 沈立诚 13805716207", *WANG, "吉林省/吉林市/船营区", "松江中路8号"),
        ("陕西西安长安区韦曲街道长安南街 沈立诚 13805716207", *WANG, "陕西省/西安市/长安区/韦曲街道", "长安南街"),
        # a road is no district
        ("天津和平路88号 沈立诚 13805716207", *WANG, "天津市", "和平路88号"),
        ("杭州西湖大道18号 沈立诚 13805716207", *WANG, "浙江省/杭州市", "西湖大道18号"),
        ("北京朝阳北路 101 号 沈立诚 13805716207", *WANG, "北京市", "朝阳北路 101 号"),
        # a district of which there are several, told apart by its street
        ("鼓楼区湖南路街道湖南路88号 沈立诚 13805716207", *WANG, "江苏省/南京市/鼓楼区/湖南路街道", "湖南路88号"),
        # names
        ("浙江杭州临安锦城街道长桥路18号 欧阳晓月 13805716207", "欧阳晓月", WANG[1], JINCHENG, "长桥路18号"),
        ("乐女士 13805716207 浙江杭州临安锦城街道长桥路18号", "乐女士", WANG[1], JINCHENG, "长桥路18号"),
        ("浙江杭州临安锦城街道长桥路18号 艾山·买买提 13805716207", "艾山·买买提", WANG[1], JINCHENG, "长桥路18号"),
        (
            "浙江杭州临安锦城街道长桥路18号 恒泰商贸仓库 沈经理 13805716207",
            "沈经理", WANG[1], JINCHENG, "长桥路18号 恒泰商贸仓库",
        ),
        ("浙江杭州临安锦城街道长桥路18号 木拉提 13805716207", "木拉提", WANG[1], JINCHENG, "长桥路18号"),
        # not all of it
        ("浙江省杭州市临安区锦城街道长桥路 18 号", "", "", JINCHENG, "长桥路 18 号"),
        ("沈立诚 13805716207", *WANG, "", ""),
        ("你好", "", "", "", "你好"),
        ("", "", "", "", ""),
    ],
)  # fmt: skip
def test_an_address_is_read(text: str, name: str, phone: str, region: str, street: str) -> None:
    found = read(text)
    assert (found.recipient, found.phone, found.region, found.street) == (name, phone, region, street)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("138 0571 6207", "13805716207"), ("138-0571-6207", "13805716207"), ("+86 13805716207", "13805716207"),
        ("+86-138-0571-6207", "13805716207"), ("0086 138 0571 6207", "13805716207"), ("8613805716207", "13805716207"),
        (
            "１３８０５７１６２０７",
            "13805716207"), ("(+86)13805716207", "13805716207"), ("1380 571 6207", "13805716207",
        ),
        ("0571-63721234", "0571-63721234"), ("(0571) 6372 1234", "0571-63721234"), ("0571 6372123", "0571-6372123"),
        ("023-63721234转801", "023-63721234-801"), ("010-63721234-8", "010-63721234-8"),
    ],
)  # fmt: skip
def test_a_phone_is_read_however_it_is_written(typed: str, phone: str) -> None:
    found = read(f"沈立诚 {typed} 浙江省杭州市临安区锦城街道长桥路 18 号")
    assert (found.recipient, found.phone, found.street) == ("沈立诚", phone, "长桥路 18 号")


def test_a_mobile_goes_before_a_landline_and_neither_stays_in_the_street() -> None:
    found = read("0571-63721234 沈立诚 浙江省杭州市临安区长桥路 18 号 13805716207")
    assert (found.phone, found.street) == ("13805716207", "长桥路 18 号")


def test_numbers_of_houses_are_no_phones() -> None:
    found = read("浙江省杭州市临安区长桥路 1380571 号 12-3-2501 室 沈立诚")
    assert (found.phone, found.street) == ("", "长桥路 1380571 号 12-3-2501 室")


def test_a_district_that_may_be_several_is_left_to_the_person() -> None:
    found = read("鼓楼区中山北路88号 沈立诚 13805716207")
    assert found.place is None
    assert {place.path for place in found.candidates} == {
        "江苏省/南京市/鼓楼区", "江苏省/徐州市/鼓楼区", "福建省/福州市/鼓楼区", "河南省/开封市/鼓楼区"
    }  # fmt: skip
    assert found.street == "中山北路88号"
    within = read("江苏鼓楼区中山北路88号 沈立诚 13805716207")
    assert within.region == "江苏省"
    assert len(within.candidates) == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0571 6207", "13805716207"), ("0571-63721234", "0571-63721234"), ("（0571）63721234", "0571-63721234"),
        ("0571-63721234-801", "0571-63721234-801"), ("057163721234", "0571-63721234"), ("01063721234", "010-63721234"),
    ],
)  # fmt: skip
def test_what_a_courier_can_ring_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert reachable(typed) == kept
    assert reachable(kept) == kept


@pytest.mark.parametrize("typed", ["", "12345", "63721234", "1380571620", "0571-1", "一三八", "0571-63721234-1234567"])
def test_what_nobody_can_ring_is_refused(typed: str) -> None:
    with pytest.raises(NotReachable):
        reachable(typed)


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("浙江省", Level.PROVINCE, "浙江"), ("内蒙古自治区", Level.PROVINCE, "内蒙古"),
        ("新疆维吾尔自治区", Level.PROVINCE, "新疆"), ("宁夏回族自治区", Level.PROVINCE, "宁夏"),
        ("大兴安岭地区", Level.CITY, "大兴安岭"), ("锡林郭勒盟", Level.CITY, "锡林郭勒"),
        ("海西蒙古族藏族自治州", Level.CITY, "海西"), ("克孜勒苏柯尔克孜自治州", Level.CITY, "克孜勒苏"),
        ("黔西南布依族苗族自治州", Level.CITY, "黔西南"), ("前郭尔罗斯蒙古族自治县", Level.DISTRICT, "前郭尔罗斯"),
        ("积石山保安族东乡族撒拉族自治县", Level.DISTRICT, "积石山"), ("龙胜各族自治县", Level.DISTRICT, "龙胜"),
        ("神农架林区", Level.DISTRICT, "神农架"), ("东区", Level.DISTRICT, ""), ("临安区", Level.DISTRICT, "临安"),
    ],
)  # fmt: skip
def test_a_division_is_shortened_as_people_do(name: str, level: Level, short: str) -> None:
    assert shortened(Place("1", "", level, name, f"某省/{name}")) == short


NAMES = st.sampled_from(["沈立诚", "方晓棠", "何小满", "乐海生", "祝南乔", "陶然", "周敏", "欧阳晓月", "王小二"])
PHONES = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.from_regex(r"0571-[1-9][0-9]{7}", fullmatch=True)
)
ROADS = st.sampled_from(["长桥路", "钱王大街", "苕溪南路", "文三路", "人民中路", "新民街", "东直门外大街", "临水桥弄"])
ENDS = st.sampled_from(["", " 3 幢 201 室", "恒泰商贸仓库", "（后门）", "A座1102", " 2 楼"])
STREETS = st.builds(lambda road, number, end: f"{road} {number} 号{end}", ROADS, st.integers(1, 2999), ENDS)
STREET_LEVEL = [row for row in country() if row.level is Level.STREET]


@given(
    name=NAMES,
    phone=PHONES,
    row=st.sampled_from(STREET_LEVEL),
    street=STREETS,
    order=st.permutations([0, 1, 2]),
    gap=st.sampled_from([" ", "，", ",", "\n", "；", "  "]),
    joint=st.sampled_from(["", " ", "-", "/"]),
)
@settings(max_examples=400, deadline=None)
def test_what_was_written_is_read_again_from_any_street_of_the_country(
    name: str, phone: str, row: Any, street: str, order: list[int], gap: str, joint: str
) -> None:
    names = row.path.split("/")
    region = joint.join(part for at, part in enumerate(names) if part not in names[:at])
    parts = [name, phone, f"{region} {street}"]
    found = read(gap.join(parts[at] for at in order))
    assert (found.recipient, found.phone, found.region, found.street) == (name, phone, row.path, street)


@given(row=st.sampled_from([row for row in country() if row.level is Level.DISTRICT]), street=STREETS)
@settings(max_examples=300, deadline=None)
def test_a_shortened_region_is_read_as_its_district_or_left_to_choose(row: Any, street: str) -> None:
    gazetteer = places()
    line = list(gazetteer.above(gazetteer.by_code[row.code]))[::-1]
    short = [next((name for name, full in names_of(one) if not full), one.name) for one in line]
    found = read(f"{''.join(short)} {street} 沈立诚 13805716207")
    named = {found.region, *(place.path for place in found.candidates)}
    assert any(path and row.path.startswith(path) for path in named)
    assert (found.recipient, found.phone) == ("沈立诚", "13805716207")


def test_nearly_every_shortened_district_is_read_to_the_end_and_none_wrongly() -> None:
    gazetteer, districts = places(), [row for row in country() if row.level is Level.DISTRICT]
    exact = 0
    for row in districts:
        line = {one.name: one for one in gazetteer.above(gazetteer.by_code[row.code]) if "直辖县级" not in one.name}
        short = [next((name for name, full in names_of(one) if not full), one.name) for one in line.values()]
        found = read(f"{''.join(reversed(short))} 长桥路 18 号 沈立诚 13805716207")
        named = {found.region, *(place.path for place in found.candidates)} - {""}
        assert any(row.path.startswith(path) for path in named), (row.path, found)
        exact += found.region == row.path
    assert exact >= 0.99 * len(districts)


@given(st.text(max_size=LONGEST + 50))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_reading(text: str) -> None:
    found = read(text)
    assert len(found.recipient) + len(found.street) <= LONGEST


@pytest.mark.parametrize("text", ["北京" * 150, "吉林市" * 100, "138 " * 75, "收货人：" * 75, "|" * 300, "海南" * 150])
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    read(text)
