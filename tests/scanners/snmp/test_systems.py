"""The operating system of a computer is told by its build or its kernel, and only as closely as that tells."""

from __future__ import annotations

import pytest

from tests.scanners.snmp.recordings import seen

WINDOWS_BUILD = (
    "1.3.6.1.2.1.1.1.0|4|Hardware: Intel64 Family 6 Model 85 - Software: Windows Version 6.3 (Build {} Multiprocessor Free)\n"
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.311.1.1.3.1.{}\n"
)
LINUX_KERNEL = "1.3.6.1.2.1.1.1.0|4|{}\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n"


@pytest.mark.parametrize(
    ("said", "kind", "system", "version"),
    [
        (WINDOWS_BUILD.format(20348, 2), "server", "Windows Server 2022", "10.0.20348"),
        (WINDOWS_BUILD.format(17763, 3), "server", "Windows Server 2019", "10.0.17763"),
        (WINDOWS_BUILD.format(17763, 1), "computer", "Windows 10 1809", "10.0.17763"),
        (WINDOWS_BUILD.format(9600, 2), "server", "Windows Server 2012 R2", "6.3.9600"),
        (WINDOWS_BUILD.format(99999, 2), "server", "Windows", "10.0.99999"),
        (
            LINUX_KERNEL.format("Linux srv 6.1.0-18-amd64 #1 SMP Debian 6.1.76-1 x86_64"),
            "computer",
            "Debian",
            "6.1.0-18-amd64",
        ),
        (
            LINUX_KERNEL.format("Linux srv 5.15.0-91-generic #101~20.04.1-Ubuntu SMP x86_64"),
            "computer",
            "Ubuntu 20.04",
            "5.15.0-91-generic",
        ),
        (
            LINUX_KERNEL.format("Linux srv 4.18.0-425.3.1.el8.x86_64 #1 SMP x86_64"),
            "computer",
            "Enterprise Linux 8",
            "4.18.0-425.3.1.el8.x86_64",
        ),
        (
            LINUX_KERNEL.format("Linux pve1 6.5.11-7-pve #1 SMP x86_64"),
            "hypervisor",
            "Proxmox VE",
            "6.5.11-7-pve",
        ),
        (
            LINUX_KERNEL.format("Linux node 4.9.0 #1 SMP PVE Mon Dec 12 2016 x86_64"),
            "hypervisor",
            "Proxmox VE",
            "4.9.0",
        ),
        (
            LINUX_KERNEL.format("Darwin mac 22.6.0 Darwin Kernel Version 22.6.0 arm64"),
            "computer",
            "macOS 13",
            None,
        ),
        (LINUX_KERNEL.format("Linux box 3.10.49 #1 armv7l"), None, None, None),
    ],
)
def test_a_computer_s_system_is_told_by_its_build_or_its_kernel(
    said: str, kind: str | None, system: str | None, version: str | None
) -> None:
    facts = seen(said).facts
    assert (facts.get("kind"), facts.get("os_name"), facts.get("firmware")) == (kind, system, version)


def test_darwin_runs_on_what_apple_makes() -> None:
    said = LINUX_KERNEL.format("Darwin mac 22.6.0 Darwin Kernel Version 22.6.0 arm64")
    assert seen(said).facts["manufacturer"] == "Apple"
