"""The closed lists of topology: why a place is believed, and how firmly."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_


class Confidence(Code):
    """How firmly a place is believed."""

    CERTAIN = "certain", N_("certain"), "good", "circle-check"
    PROBABLE = "probable", N_("probable"), "info", "circle-half-2"
    POSSIBLE = "possible", N_("possible"), "warn", "question-mark"


class Reason(Code):
    """Why a device is believed to hang on a port, as a sentence; `port`, `switch`, `via` and `detail` are filled in."""

    ALONE = "alone", N_("Learnt on port %(port)s of %(switch)s, the only device there.")
    ANNOUNCED = "announced", N_("It announces itself (%(detail)s) on port %(port)s of %(switch)s.")
    CARRIER = "carrier", N_("Learnt on port %(port)s of %(switch)s; the other addresses there are behind it.")
    BEHIND_PHONE = "behind_phone", N_("Learnt on port %(port)s of %(switch)s, behind the phone %(via)s.")
    BEHIND_ACCESS_POINT = (
        "behind_access_point",
        N_("Learnt on port %(port)s of %(switch)s, where the access point %(via)s is: by radio."),
    )
    BEHIND_HOST = (
        "behind_host",
        N_("Learnt on port %(port)s of %(switch)s, with the virtual machines of %(via)s."),
    )
    CLIENT = "client", N_("%(switch)s lists it among its wireless clients.")
    SHARED = (
        "shared",
        N_(
            "Learnt on port %(port)s of %(switch)s with others: an unmanaged switch or hub is probably between."
        ),
    )
    CROWDED = (
        "crowded",
        N_(
            "Learnt on port %(port)s of %(switch)s with many others: a switch that is not read is probably between."
        ),
    )


class LinkReason(Code):
    """Why a port is known to lead to another switch; `peer` and `protocol` are filled in."""

    ANNOUNCED = "announced", N_("%(peer)s announces itself (%(protocol)s) on this port.")
    LEARNT = "learnt", N_("The address of %(peer)s is learnt on this port.")
    NOT_READ = "not_read", N_("%(peer)s announces itself (%(protocol)s) as a switch; no scan reads it.")
