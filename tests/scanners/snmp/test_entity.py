"""Which part in ENTITY-MIB is the device itself, and whose name is no model."""

from __future__ import annotations

from tests.scanners.snmp.recordings import seen

BOX = "1.3.6.1.2.1.1.1.0|4|{}\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.3323.4\n"
PART = "1.3.6.1.2.1.47.1.1.1.1.5.{0}|2|{1}\n1.3.6.1.2.1.47.1.1.1.1.11.{0}|4|{2}\n1.3.6.1.2.1.47.1.1.1.1.13.{0}|4|{3}\n"
CARD = PART.format(10, 3, "731900000021", "GTLINE")


def test_the_container_of_cards_that_are_called_chassis_is_the_device() -> None:
    facts = seen(BOX.format("Box") + PART.format(1, 5, "210100000193", "C300_SHELF") + CARD).facts
    assert (facts["model"], facts["serial"]) == ("C300_SHELF", "210100000193")


def test_a_container_without_a_serial_number_is_a_slot() -> None:
    facts = seen(BOX.format("Box") + PART.format(1, 5, "", "Slot 1") + CARD).facts
    assert (facts["model"], facts["serial"]) == ("GTLINE", "731900000021")


def test_what_begins_with_the_device_s_own_name_is_no_model() -> None:
    said = BOX.format("NC-FILES-2-1 4280000000 ClusterFS")
    assert seen(said).facts["model"] == "NC-FILES-2-1"
    assert "model" not in seen(said + "1.3.6.1.2.1.1.5.0|4|NC-FILES-2\n").facts


def test_a_version_in_a_sentence_is_taken_out_of_it() -> None:
    version = "1.3.6.1.2.1.47.1.1.1.1.10.10|4|{}\n"
    said = BOX.format("Box") + CARD
    assert (
        seen(said + version.format("VRP software, Version 8.190(CN), RELEASE 00")).facts["firmware"]
        == "8.190(CN)"
    )
    assert seen(said + version.format("FWB 5.91,build1618")).facts["firmware"] == "FWB 5.91,build1618"
