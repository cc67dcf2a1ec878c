"""What a description says in words: which of its numbers is the version, the product, the serial number, and whose."""

from __future__ import annotations

import pytest

from scanners.snmp.descriptions import product_in, serial_in, version_in


@pytest.mark.parametrize(
    ("description", "version"),
    [
        ("AP630, HiveOS 10.0r7a build-232353", "10.0r7a"),
        ("Acme internet router, kernel ACMEOS 18.2R1.9, Build date: 2018-06-28", "18.2R1.9"),
        ("RouterOS RB2011iL", None),
        ("Acme 1810-24G, PL.1.9, eCos-3.0", "PL.1.9"),
        ("Acme 1830 PSD 10G R23.6", "R23.6"),
        ("NetWarden864 v5.4P.0026", "v5.4P.0026"),
        ("Acme box v1.2, door v1.3", None),
        ("Acme Operating System Software S3900-48T6S-R Series", None),
        ("Acme Software 2.4.1 Series", "2.4.1"),
        ("Acme CM305; ESS 201210101131,IOT 03.00.05", None),
    ],
)
def test_a_version_is_known_by_its_form_where_no_word_names_it(description: str, version: str | None) -> None:
    assert version_in(description)[0] == version


@pytest.mark.parametrize(
    ("description", "model"),
    [
        ("7520-48Y-8C-FabricEngine (9.0.4.0)", "7520-48Y-8C-FabricEngine"),
        ("Acme 1810-24G, PL.1.9", "1810-24G"),
        ("2019-10-09 built", None),
        ("1000-port exchange", None),
        ("Apeos C7580", "Apeos C7580"),
        ("Acme OS 9", None),
        ("Product: TM822 Built on Tue", "TM822"),
        ("<<VENDOR: Acme; MODEL: TM822G>>", "TM822G"),
    ],
)
def test_a_code_that_begins_with_digits_is_a_product_if_it_is_no_date_and_no_count(
    description: str, model: str | None
) -> None:
    assert product_in(description, "Acme")[0] == model


def test_the_number_of_a_card_in_a_ups_is_not_the_number_of_the_ups() -> None:
    card = "APC Web/SNMP Management Card (MB:v4.3.0 PN:apc_hw21.bin MN:AP9641 HR:8 SN: 7E2026T00011)"
    assert serial_in(card) is None
    assert serial_in(card.replace("AP9641", "AP8853")) == "7E2026T00011"


def test_the_makers_name_behind_a_dash_is_no_part_of_the_product() -> None:
    assert product_in("ABX20 - Acme Microelectronics", "Acme")[0] == "ABX20"
    assert product_in("ABX20 - Dual", "Acme")[0] == "ABX20"
