"""The category that each kind has from the start, with its service life and its part in the renewal."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.catalog.kinds import Kind

# Main terminals, the base of the yearly sixth (contract note (1): desktop, laptop, tablet "…"; a computer whose
# form nobody knows yet is one of them).
RENEWAL_BASE = frozenset({Kind.DESKTOP, Kind.LAPTOP, Kind.THIN_CLIENT, Kind.TABLET, Kind.COMPUTER})
# The physical classes of the digital workplace of contract note (1): terminals, accessories, printing, telephony.
WORKPLACE = RENEWAL_BASE | {
    Kind.MONITOR,
    Kind.DOCK,
    Kind.ACCESSORY,
    Kind.PRINTER,
    Kind.MULTIFUNCTION_PRINTER,
    Kind.LABEL_PRINTER,
    Kind.SCANNER,
    Kind.FAX,
    Kind.DESK_PHONE,
    Kind.MOBILE_PHONE,
    Kind.SMARTPHONE,
}
# Months. A sixth a year means six years for terminals; the others are common practice and are for the
# administrator to set. Absent: no service life.
SERVICE_LIFE = {
    Kind.DESKTOP: 72,
    Kind.LAPTOP: 72,
    Kind.TABLET: 60,
    Kind.THIN_CLIENT: 96,
    Kind.COMPUTER: 72,
    Kind.SERVER: 72,
    Kind.HYPERVISOR: 72,
    Kind.STORAGE: 72,
    Kind.MANAGEMENT_BOARD: 72,
    Kind.MONITOR: 108,
    Kind.DOCK: 72,
    Kind.PRINTER: 84,
    Kind.MULTIFUNCTION_PRINTER: 60,
    Kind.LABEL_PRINTER: 84,
    Kind.SCANNER: 84,
    Kind.FAX: 120,
    Kind.DESK_PHONE: 120,
    Kind.MOBILE_PHONE: 48,
    Kind.SMARTPHONE: 48,
    Kind.PBX: 120,
    Kind.VOIP_GATEWAY: 96,
    Kind.VIDEOCONFERENCE: 84,
    Kind.CAMERA: 96,
    Kind.PROJECTOR: 84,
    Kind.SWITCH: 108,
    Kind.ROUTER: 84,
    Kind.FIREWALL: 72,
    Kind.LOAD_BALANCER: 72,
    Kind.ACCESS_POINT: 84,
    Kind.WIRELESS_CONTROLLER: 84,
    Kind.UPS: 96,
    Kind.PDU: 120,
    Kind.NETWORK_APPLIANCE: 72,
}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A category as it is installed; its name is the kind's label, which pages translate."""

    kind: Kind
    service_life_months: int | None
    in_renewal_base: bool
    in_workplace: bool

    @property
    def code(self) -> str:
        return self.kind.value

    @property
    def name(self) -> str:
        return self.kind.label


def categories() -> list[BuiltIn]:
    """Return one category for each kind."""
    return [BuiltIn(kind, SERVICE_LIFE.get(kind), kind in RENEWAL_BASE, kind in WORKPLACE) for kind in Kind]
