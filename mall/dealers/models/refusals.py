"""What is refused to people, and why."""

from __future__ import annotations

from mall.base.refused import N_, Forbidden, Refused


class WrongCredentials(Refused):
    """Phone or login and password do not fit; which of the two is not told."""

    code = "wrong_credentials"
    status = 422
    text = N_("账号或密码不正确。")


class WrongCode(Refused):
    """The six digits are wrong, too old, or were used before."""

    code = "wrong_code"
    status = 422
    text = N_("验证码不正确或已使用过，请等下一组数字再试。")


class WeakPassword(Refused):
    """The chosen password is too easy."""

    code = "weak_password"
    status = 422
    text = N_("密码太容易被猜到：至少 10 个字符，不能全是数字或同一个字符，也不能含手机号。")


class WrongPhone(Refused):
    """What was given is not a mobile number."""

    code = "wrong_phone"
    status = 422
    text = N_("请填写 11 位手机号。")


class NotReachable(Refused):
    """What was given is no number that a courier could ring."""

    code = "not_reachable"
    status = 422
    text = N_("请填写 11 位手机号，或带区号的固定电话，如 0571-63721234。")


class MayNotRedeem(Forbidden):
    """A clerk looks and finds; owners and buyers spend the dealer's points."""

    code = "may_not_redeem"
    text = N_("店员可以查看，兑换请联系贵店的老板或采购。")


class OwnerOnly(Forbidden):
    """Members are the owner's business."""

    code = "owner_only"
    text = N_("这里只有老板可以操作。")


class PhoneTaken(Refused):
    """The phone is a member here already, or belongs to a person of another dealer."""

    code = "phone_taken"
    text = N_("这个手机号已经登记过了。如果是同一个人，请联系客户经理添加。")


class SharedPhone(Refused):
    """The person also acts for another dealer, so an owner has no say over their password."""

    code = "shared_phone"
    text = N_("这个人同时为其他经销商办事，密码请本人修改，或联系客户经理。")


class LastOwner(Refused):
    """A dealer keeps at least one owner who can sign in, and no one takes away their own rights."""

    code = "last_owner"
    text = N_("不能停用自己，也不能改自己的角色；每家经销商至少保留一位老板。")


class LoginTaken(Refused):
    """A staff login is used once."""

    code = "login_taken"
    text = N_("这个登录名已经有人用了。")


class OverCap(Refused):
    """The owner lets this person spend so many points a month, and no more."""

    code = "over_cap"
    text = N_("超出你本月的兑换额度：每月 %(cap)s 积分，本月还剩 %(left)s 积分。需要更多请联系贵店老板。")


class PersonalUse(Forbidden):
    """The points are the company's: a reward for personal use needs the owner's authorisation."""

    code = "personal_use"
    text = N_("这是个人使用的礼品，积分属于公司，需要贵店老板先授权给你。")


class SecondFactorNeeded(Refused):
    """A second factor is asked for, and the sign-in has not shown one in the last minutes."""

    code = "second_factor_needed"
    status = 403
    text = N_("请先完成身份验证，再继续。")


class WrongSmsCode(Refused):
    """The six digits sent by SMS are wrong, too old, used, or were tried too often."""

    code = "wrong_sms_code"
    status = 422
    text = N_("验证码不正确或已失效，请核对短信，或重新获取。")


class WorksForAll(Refused):
    """Only merchandisers' work is narrowed to a region or a supplier."""

    code = "works_for_all"
    text = N_("%(name)s 的岗位负责全品牌，不能限定区域或供应商。")


class ScopeMoved(Refused):
    """Somebody else has changed what this person looks after since the form was opened."""

    code = "scope_moved"
    text = N_("%(name)s 的数据权限刚被别人改过，你的改动没有保存。请看过现在的设置再改。")


class NoLongerTheirs(Refused):
    """Whoever set it for later has left, or looks after something else by now."""

    code = "no_longer_theirs"
    text = N_("定它的人已停用，或者已不负责这一块。请由现在负责的同事看过，再重新发布。")
