"""The closed list of kinds that scanners emit and that each category names one of."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_


class Kind(Code):
    """What sort of thing an asset is; the codes are those of `scanners.observation`."""

    DESKTOP = "desktop", N_("Desktop computer"), "neutral", "device-desktop"
    LAPTOP = "laptop", N_("Laptop"), "neutral", "device-laptop"
    TABLET = "tablet", N_("Tablet"), "neutral", "device-tablet"
    THIN_CLIENT = "thin_client", N_("Thin client"), "neutral", "device-desktop"
    COMPUTER = "computer", N_("Computer of unknown form"), "neutral", "device-desktop"
    SERVER = "server", N_("Server"), "neutral", "server"
    HYPERVISOR = "hypervisor", N_("Hypervisor"), "neutral", "server"
    STORAGE = "storage", N_("Storage"), "neutral", "database"
    MANAGEMENT_BOARD = "management_board", N_("Management board"), "neutral", "server"
    MONITOR = "monitor", N_("Monitor"), "neutral", "device-tv"
    DOCK = "dock", N_("Docking station"), "neutral", "box"
    ACCESSORY = "accessory", N_("Accessory"), "neutral", "box"
    PRINTER = "printer", N_("Printer"), "neutral", "printer"
    MULTIFUNCTION_PRINTER = "multifunction_printer", N_("Multifunction printer"), "neutral", "printer"
    LABEL_PRINTER = "label_printer", N_("Label printer"), "neutral", "tag"
    SCANNER = "scanner", N_("Document scanner"), "neutral", "scan"
    FAX = "fax", N_("Fax machine"), "neutral", "phone"
    DESK_PHONE = "desk_phone", N_("Desk phone"), "neutral", "phone"
    MOBILE_PHONE = "mobile_phone", N_("Mobile phone"), "neutral", "device-mobile"
    SMARTPHONE = "smartphone", N_("Smartphone"), "neutral", "device-mobile"
    PBX = "pbx", N_("Telephone exchange"), "neutral", "phone"
    VOIP_GATEWAY = "voip_gateway", N_("Voice gateway"), "neutral", "phone"
    VIDEOCONFERENCE = "videoconference", N_("Videoconference"), "neutral", "camera"
    CAMERA = "camera", N_("Camera"), "neutral", "camera"
    PROJECTOR = "projector", N_("Projector"), "neutral", "device-tv"
    SWITCH = "switch", N_("Switch"), "neutral", "network"
    ROUTER = "router", N_("Router"), "neutral", "router"
    FIREWALL = "firewall", N_("Firewall"), "neutral", "shield-check"
    LOAD_BALANCER = "load_balancer", N_("Load balancer"), "neutral", "network"
    ACCESS_POINT = "access_point", N_("Wireless access point"), "neutral", "wifi"
    WIRELESS_CONTROLLER = "wireless_controller", N_("Wireless controller"), "neutral", "wifi"
    UPS = "ups", N_("Uninterruptible power supply"), "neutral", "battery-charging"
    PDU = "pdu", N_("Power distribution unit"), "neutral", "battery-charging"
    POWER = "power", N_("Power equipment"), "neutral", "battery-charging"
    ENVIRONMENT_PROBE = "environment_probe", N_("Environment probe"), "neutral", "info-circle"
    NETWORK_APPLIANCE = "network_appliance", N_("Network appliance"), "neutral", "network"
    OTHER = "other", N_("Other equipment"), "neutral", "category"
