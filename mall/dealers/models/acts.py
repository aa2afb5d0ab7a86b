"""What the audit log's acts with dealers, members, staff and sign-ins are called."""

from __future__ import annotations

from mall.base.refused import N_

ACTS: dict[str, str] = {
    "sign_in.begin": N_("登录"),
    "sign_in.end": N_("退出登录"),
    "sign_in.end_others": N_("退出其他设备"),
    "sign_in.revoke": N_("下线一台设备"),
    "password.choose": N_("设置密码"),
    "second_factor.pass": N_("通过二次验证"),
    "second_factor.fail": N_("二次验证没通过"),
    "staff.add": N_("添加员工"),
    "staff.disable": N_("停用员工"),
    "staff.enrol_totp": N_("绑定验证器"),
    "staff.issue_password": N_("发放初始密码"),
    "staff.scope": N_("设定数据权限"),
    "dealer.open": N_("开通经销商"),
    "dealer.suspend": N_("停用经销商"),
    "dealer.resume": N_("恢复经销商"),
    "dealer.set_limits": N_("设置审批与验证门槛"),
    "member.add": N_("添加成员"),
    "member.disable": N_("停用成员"),
    "member.enable": N_("恢复成员"),
    "member.change_role": N_("更换成员角色"),
    "member.issue_password": N_("发放成员初始密码"),
    "member.phone": N_("更换手机号"),
    "member.authorise_personal": N_("授权个人礼品"),
    "member.withdraw_personal": N_("收回个人礼品授权"),
    "member.set_cap": N_("设置每月限额"),
    "address.add": N_("添加收货地址"),
    "address.change": N_("修改收货地址"),
    "address.prefer": N_("设为默认地址"),
    "address.remove": N_("删除收货地址"),
    "view.save": N_("保存列表视图"),
    "view.drop": N_("删除列表视图"),
    "divisions.load": N_("载入行政区划"),
}
