"""What is done to dealers, members, staff and their sign-ins, one function an act."""

from mall.dealers.actions.addresses import add_address, change_address, prefer_address, remove_address
from mall.dealers.actions.codes import CodeSent, check_code, forget_codes, send_code, show_password
from mall.dealers.actions.dealers import open_dealer, resume_dealer, suspend_dealer
from mall.dealers.actions.members import add_member, change_role, disable_member, enable_member, issue_password
from mall.dealers.actions.notices import forget_notices, read_notice, read_notices, tell
from mall.dealers.actions.passwords import choose_password, first_password, hashed, renew_hash
from mall.dealers.actions.powers import authorise_personal, set_cap, set_limits
from mall.dealers.actions.sign_ins import (
    Device,
    begin_member,
    begin_staff,
    end_others,
    end_sign_in,
    forget_over,
    revoke,
    seen,
    token_hash,
)
from mall.dealers.actions.staff import (
    add_staff,
    choose_staff_password,
    disable_staff,
    issue_staff_password,
    keep_totp_secret,
    set_scope,
    use_totp_step,
)

__all__ = [
    "CodeSent",
    "Device",
    "add_address",
    "add_member",
    "add_staff",
    "authorise_personal",
    "begin_member",
    "begin_staff",
    "change_address",
    "change_role",
    "check_code",
    "choose_password",
    "choose_staff_password",
    "disable_member",
    "disable_staff",
    "enable_member",
    "end_others",
    "end_sign_in",
    "first_password",
    "forget_codes",
    "forget_notices",
    "forget_over",
    "hashed",
    "issue_password",
    "issue_staff_password",
    "keep_totp_secret",
    "open_dealer",
    "prefer_address",
    "read_notice",
    "read_notices",
    "remove_address",
    "renew_hash",
    "resume_dealer",
    "revoke",
    "seen",
    "send_code",
    "set_cap",
    "set_limits",
    "set_scope",
    "show_password",
    "suspend_dealer",
    "tell",
    "token_hash",
    "use_totp_step",
]
