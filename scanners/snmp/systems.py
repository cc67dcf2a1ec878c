"""Names the operating system of a general-purpose computer from its sysDescr: Windows by its build, Linux by its kernel's packaging."""

from __future__ import annotations

import re

_WINDOWS = re.compile(r"Software: Windows(?: \w+)? Version (\d+\.\d+) \(Build (\d+)")
# Microsoft's release information: build -> (workstation, server); an absent one was never released as such.
_BUILDS: dict[int, tuple[str, str]] = {
    2195: ("Windows 2000", "Windows 2000 Server"),
    2600: ("Windows XP", ""),
    3790: ("Windows XP", "Windows Server 2003"),
    6000: ("Windows Vista", ""),
    6001: ("Windows Vista", "Windows Server 2008"),
    6002: ("Windows Vista", "Windows Server 2008"),
    6003: ("", "Windows Server 2008"),
    7600: ("Windows 7", "Windows Server 2008 R2"),
    7601: ("Windows 7", "Windows Server 2008 R2"),
    9200: ("Windows 8", "Windows Server 2012"),
    9600: ("Windows 8.1", "Windows Server 2012 R2"),
    10240: ("Windows 10 1507", ""),
    10586: ("Windows 10 1511", ""),
    14393: ("Windows 10 1607", "Windows Server 2016"),
    15063: ("Windows 10 1703", ""),
    16299: ("Windows 10 1709", "Windows Server 1709"),
    17134: ("Windows 10 1803", "Windows Server 1803"),
    17763: ("Windows 10 1809", "Windows Server 2019"),
    18362: ("Windows 10 1903", "Windows Server 1903"),
    18363: ("Windows 10 1909", "Windows Server 1909"),
    19041: ("Windows 10 2004", "Windows Server 2004"),
    19042: ("Windows 10 20H2", "Windows Server 20H2"),
    19043: ("Windows 10 21H1", ""),
    19044: ("Windows 10 21H2", ""),
    19045: ("Windows 10 22H2", ""),
    20348: ("", "Windows Server 2022"),
    22000: ("Windows 11 21H2", ""),
    22621: ("Windows 11 22H2", ""),
    22631: ("Windows 11 23H2", ""),
    25398: ("", "Windows Server 23H2"),
    26100: ("Windows 11 24H2", "Windows Server 2025"),
    26200: ("Windows 11 25H2", ""),
}
_FIRST_OF_WINDOWS_10 = 10240
_LINUX = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"^Linux \S+ \S+(?:-pve | #.* (?:PVE|PMX) )", "Proxmox VE"),
        (r"\+truenas ", "TrueNAS SCALE"),
        (r"#\d+~(\d+\.\d+)\.\d+-Ubuntu", "Ubuntu {}"),
        (r"-Ubuntu ", "Ubuntu"),
        (r"\.el(\d+)\w*uek\.", "Oracle Linux {}"),
        (r"\.el(\d+)(?:_\d+)?\.", "Enterprise Linux {}"),
        (r"\.fc(\d+)\.", "Fedora {}"),
        (r"\.amzn(\d+)\.", "Amazon Linux {}"),
        (r"^Linux \S+ \S+deb(\d+)\S* .*Debian", "Debian {}"),
        (r" Debian \d|-\d+-amd64 ", "Debian"),
        (r"^Linux \S+ \S+-arch\d", "Arch Linux"),
        (r"^Linux \S+ \S+-default ", "SUSE Linux"),
    )
)
_OWN_WORDS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"^VMware ESXi (\d+(?:\.\d+)+)", "VMware ESXi {}"),
        (r"^FreeBSD \S+ (\d+\.\d+)-", "FreeBSD {}"),
        (r"^(OpenBSD|NetBSD) \S+ (\d+\.\d+)", "{} {}"),
        (r"^SunOS \S+ 5\.(\d+) ", "Solaris {}"),
    )
)
_DARWIN = re.compile(r"^Darwin \S+ (\d+)\.\d+")
# Apple's releases: the major version of Darwin -> macOS.
_MACOS = {
    15: "OS X 10.11",
    16: "macOS 10.12",
    17: "macOS 10.13",
    18: "macOS 10.14",
    19: "macOS 10.15",
    20: "macOS 11",
    21: "macOS 12",
    22: "macOS 13",
    23: "macOS 14",
    24: "macOS 15",
    25: "macOS 26",
}


def system_in(description: str, *, server: bool) -> str | None:
    """The operating system, as closely as its agent's description tells; None where it tells none."""
    windows = _WINDOWS.search(description)
    if windows:
        named = _BUILDS.get(int(windows.group(2)))
        return (named[server] if named else "") or "Windows"
    darwin = _DARWIN.match(description)
    if darwin:
        return _MACOS.get(int(darwin.group(1)), "macOS")
    for pattern, name in _OWN_WORDS:
        match = pattern.search(description)
        if match:
            return name.format(*match.groups())
    if not description.startswith("Linux "):
        return None
    for pattern, name in _LINUX:
        match = pattern.search(description)
        if match:
            return name.format(*match.groups())
    return "Linux"


def kernel_in(description: str) -> str | None:
    """The kernel's version: Linux's whole, Windows's as 10.0.20348, although Windows itself goes on saying 6.3."""
    linux = re.match(r"Linux \S+ (\d+\.\d+\.\S+) #", description)
    if linux:
        return linux.group(1)
    windows = _WINDOWS.search(description)
    if windows is None:
        return None
    version, build = windows.groups()
    return f"{'10.0' if int(build) >= _FIRST_OF_WINDOWS_10 else version}.{build}"
