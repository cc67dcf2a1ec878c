"""Names what the history of the settings of mail shows."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.notices.smtp import Protection

DESCRIBED: dict[str, tuple[str, type[Code] | None]] = {
    "account": (N_("Account"), None),
    "ca_pem": (N_("Trusted authority"), None),
    "enabled": (N_("Switched on"), None),
    "host": (N_("Server"), None),
    "port": (N_("Port"), None),
    "protection": (N_("Protection"), Protection),
    "reply_to": (N_("Replies go to"), None),
    "sender_address": (N_("Sender's address"), None),
    "sender_name": (N_("Sender's name"), None),
}
