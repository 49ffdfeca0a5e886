"""`/v2/account/ssh-keys`."""

from __future__ import annotations

from typing import cast

from tests.emulator.api.call import Call, Reply


def get_ssh_keys(call: Call) -> Reply:
    """Answer `GET /v2/account/ssh-keys`."""
    return Reply({"keys": call.world.account.ssh_keys})


def update_ssh_keys(call: Call) -> Reply:
    """Answer `PUT /v2/account/ssh-keys`: what is there goes, whoever put it there."""
    call.world.account.ssh_keys = cast("list[str]", call.fields["keys"])
    return get_ssh_keys(call)
