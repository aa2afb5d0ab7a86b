"""What a browser may send about people: shape only; what it means is judged by the verbs."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from mall.base.refused import N_
from mall.dealers.models import CodePurpose, MemberRole
from mall.dealers.rules.password import LONGEST
from mall.web.forms import AtMost, Form, Needed, WholeField, trimmed

ROLES = {MemberRole.OWNER: N_("老板"), MemberRole.BUYER: N_("采购"), MemberRole.CLERK: N_("店员")}


class SignInForm(Form):
    """A dealer's person at the door."""

    phone = TelField(N_("手机号"), [Needed(N_("请填写手机号")), AtMost(30)])
    password = PasswordField(N_("密码"), [Needed(N_("请填写密码")), AtMost(LONGEST)])
    next = HiddenField(validators=[Optional()])


class StaffSignInForm(Form):
    """A staff person at the door."""

    login = StringField(N_("登录名"), [Needed(N_("请填写登录名")), AtMost(60)], filters=[trimmed])
    password = PasswordField(N_("密码"), [Needed(N_("请填写密码")), AtMost(LONGEST)])
    next = HiddenField(validators=[Optional()])


class CodeForm(Form):
    """The six digits of the authenticator."""

    code = StringField(N_("6 位验证码"), [Needed(N_("请填写验证码")), AtMost(12)], filters=[trimmed])
    next = HiddenField(validators=[Optional()])


class NewPasswordForm(Form):
    """One's own password, twice."""

    password = PasswordField(N_("新密码"), [Needed(N_("请填写新密码")), AtMost(LONGEST)])
    again = PasswordField(N_("再输一次"), [Needed(N_("请再输一次新密码")), AtMost(LONGEST)])
    next = HiddenField(validators=[Optional()])

    @property
    def differ(self) -> bool:
        """Whether the two are not the same."""
        return bool(self.password.data != self.again.data)


class ChangePasswordForm(NewPasswordForm):
    """The same, with the password one has."""

    current = PasswordField(N_("当前密码"), [Needed(N_("请填写当前密码")), AtMost(LONGEST)])


class MemberForm(Form):
    """A person to be added to the dealer."""

    name = StringField(N_("姓名"), [Needed(N_("请填写姓名")), AtMost(60)], filters=[trimmed])
    phone = TelField(N_("手机号"), [Needed(N_("请填写手机号")), AtMost(30)], filters=[trimmed])
    role = SelectField(N_("角色"), choices=[], coerce=MemberRole)


class RoleForm(Form):
    """A member's role."""

    role = SelectField(N_("角色"), choices=[(role.value, role.value) for role in MemberRole], coerce=MemberRole)


MOST_POINTS = 1_000_000_000
POINTS_WANTED = N_("请填写 0 到 %(most)s 之间的整数，或留空。")


class CapForm(Form):
    """How many points a member may redeem a month; empty means as many as there are."""

    cap = WholeField(N_("每月最多兑换"), least=0, most=MOST_POINTS, wrong=POINTS_WANTED, needed=False)


class LimitsForm(Form):
    """Above how many points the owner approves, and above how many a second factor is asked; empty means never."""

    approval_over = WholeField(N_("超过多少积分要审批"), least=0, most=MOST_POINTS, wrong=POINTS_WANTED, needed=False)
    second_factor_over = WholeField(
        N_("超过多少积分要验证本人"), least=0, most=MOST_POINTS, wrong=POINTS_WANTED, needed=False
    )


class ProofForm(Form):
    """The second factor: a code or the password, and what it is for. What is wrong with them the verbs judge."""

    code = StringField(N_("短信验证码"), [AtMost(12)], filters=[trimmed])
    password = PasswordField(N_("登录密码"), [AtMost(LONGEST)])
    purpose = HiddenField(validators=[Optional()])
    next = HiddenField(validators=[Optional()])

    @property
    def wanted(self) -> CodePurpose:
        """What it is for; a redemption where nothing known is said."""
        known = self.purpose.data in set(CodePurpose)
        return CodePurpose(self.purpose.data) if known else CodePurpose.REDEMPTION


class AddressForm(Form):
    """Where goods go. The region is four codes of divisions, each in the one before; `q` looks one up by its name."""

    recipient = StringField(N_("收货人"), [Needed(N_("请填写收货人")), AtMost(40)], filters=[trimmed])
    phone = TelField(N_("电话"), [Needed(N_("请填写手机号或固定电话")), AtMost(30)], filters=[trimmed])
    province = StringField(N_("省份"), [AtMost(12)], filters=[trimmed])
    city = StringField(N_("城市"), [AtMost(12)], filters=[trimmed])
    district = StringField(N_("区县"), [AtMost(12)], filters=[trimmed])
    town = StringField(N_("街道"), [AtMost(12)], filters=[trimmed])
    street = StringField(N_("详细地址"), [Needed(N_("请填写详细地址")), AtMost(120)], filters=[trimmed])
    outlet = StringField(N_("门店/网点"), [AtMost(60)], filters=[trimmed])
    label = StringField(N_("标签"), [AtMost(20)], filters=[trimmed])
    prefer = BooleanField(N_("设为默认地址"))
    next = HiddenField(validators=[Optional()])
    address_id = HiddenField(validators=[Optional()])
    paste = TextAreaField(N_("粘贴整段地址"))
    q = StringField(N_("按名称查找"), filters=[trimmed])
    act = HiddenField(validators=[Optional()])
    pick = HiddenField(validators=[Optional()])

    @property
    def picked(self) -> tuple[str, ...]:
        """The codes chosen, from the province down."""
        return tuple(field.data or "" for field in (self.province, self.city, self.district, self.town))
