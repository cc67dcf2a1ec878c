"""An observation says only what is known, survives its JSON form, and refuses hostile ones naming the field."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.observation import (
    Component,
    Counter,
    Identifier,
    Interface,
    Observation,
    ObservationError,
    Supply,
)

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def an_observation(**changes: Any) -> Observation:
    """A printer, as seen one night."""
    values: dict[str, Any] = {
        "source": "snmp",
        "site": "bouscat",
        "target": "10.1.2.3",
        "observed_at": AT,
        "source_key": "serial:Kyocera:VCG1234567",
        "facts": {"kind": "printer", "serial": "VCG1234567", "uptime_s": 5},
        "identifiers": (
            Identifier("serial", "VCG1234567", "Kyocera"),
            Identifier("ip", "10.1.2.3", "bouscat"),
        ),
        "interfaces": (
            Interface(index=1, name="eth0", mac="00:17:c8:01:02:03", oper_up=True, addresses=("10.1.2.3",)),
        ),
        "supplies": (
            Supply(name="TK-1", kind="toner", level=40, capacity=100),
            Supply(name="W", state="some_left"),
        ),
        "counters": (Counter("life", "impressions", 1200),),
        "components": (Component("module", serial="M1234"),),
        "evidence": {"serial": "Printer-MIB prtGeneralSerialNumber"},
    }
    return Observation(**(values | changes))


def test_it_is_one_json_object_as_documented() -> None:
    found = an_observation().to_json()
    assert list(found)[:8] == [
        "source",
        "site",
        "target",
        "observed_at",
        "source_key",
        "subject",
        "format",
        "facts",
    ]
    assert found["observed_at"] == "2026-11-24T03:00:00Z"
    assert found["identifiers"][0] == {"kind": "serial", "value": "VCG1234567", "scope": "Kyocera"}
    assert found["supplies"][1] == {"name": "W", "state": "some_left"}


def test_it_reads_back_what_it_wrote() -> None:
    observation = an_observation()
    again = Observation.from_json(json.loads(json.dumps(observation.to_json())))
    assert again == observation
    assert again.digest() == observation.digest()


def test_the_unknown_is_absent() -> None:
    observation = an_observation(
        facts={"kind": "printer", "model": "", "serial": None}, evidence={"model": ""}
    )
    assert dict(observation.facts) == {"kind": "printer"}
    assert "evidence" not in observation.to_json()


def test_the_digest_is_the_same_every_night_while_nothing_has_changed() -> None:
    night = an_observation()
    port = replace(night.interfaces[0], oper_up=False, speed_bps=10_000_000)
    next_night = an_observation(
        observed_at=AT + timedelta(days=1),
        facts={"serial": "VCG1234567", "kind": "printer", "uptime_s": 99999},
        identifiers=tuple(reversed(night.identifiers)),
        interfaces=(port,),
        supplies=(replace(night.supplies[0], level=39), night.supplies[1]),
        counters=(Counter("life", "impressions", 1300),),
    )
    assert next_night.digest() == night.digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"kind": "printer", "serial": "VCG7654321"}},
        {"source_key": "address:10.1.2.3"},
        {"identifiers": ()},
        {"components": ()},
        {"supplies": ()},
    ],
)
def test_the_digest_changes_with_what_matters(changes: dict[str, Any]) -> None:
    assert an_observation(**changes).digest() != an_observation().digest()


def test_a_serial_without_its_maker_is_weak() -> None:
    assert not Identifier("serial", "123456").strong
    assert Identifier("serial", "123456", "HP").strong
    assert not Identifier("name", "pc-12", "site").strong


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"format": 2}, "format"),
        ({"source": ""}, "source"),
        ({"source_key": 5}, "source_key"),
        ({"subject": "thing"}, "subject"),
        ({"observed_at": "yesterday"}, "observed_at"),
        ({"observed_at": "2026-11-24T03:00:00"}, "observed_at"),
        ({"observed_at": None}, "observed_at"),
        ({"facts": []}, "facts"),
        ({"facts": {"kind": "spaceship"}}, "facts.kind"),
        ({"facts": {"a": {"b": 1}}}, "facts.a"),
        ({"facts": {"n": 10**30}}, "facts.n"),
        ({"facts": {"n": float("nan")}}, "facts.n"),
        ({"facts": {"x\x00": "1"}}, "facts"),
        ({"facts": {str(n): n for n in range(300)}}, "facts"),
        ({"facts": {"long": "x" * 100_000}}, "facts.long"),
        ({"facts": {"many": ["x"] * 5000}}, "facts.many"),
        ({"identifiers": [{"kind": "soul", "value": "1"}]}, "identifiers"),
        ({"identifiers": [{"kind": "mac", "value": ""}]}, "identifiers"),
        ({"identifiers": [{"kind": "mac", "value": "1"}] * 600}, "identifiers"),
        ({"identifiers": "x"}, "identifiers"),
        ({"interfaces": [5]}, "interfaces[0]"),
        ({"interfaces": [{"index": "1"}]}, "interfaces[0].index"),
        ({"interfaces": [{"oper_up": 1}]}, "interfaces[0].oper_up"),
        ({"interfaces": [{"addresses": "10.0.0.1"}]}, "interfaces[0].addresses"),
        ({"supplies": [{"level": True}]}, "supplies[0].level"),
        ({"counters": [{"name": "life", "value": "12"}]}, "counters[0].value"),
        ({"evidence": 3}, "evidence"),
    ],
)
def test_a_hostile_observation_is_refused_naming_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ObservationError, match=re.escape(field)):
        Observation.from_json(an_observation().to_json() | changes)


@pytest.mark.parametrize("found", [None, [], "x", 5])
def test_what_is_no_object_is_refused(found: Any) -> None:
    with pytest.raises(ObservationError, match="a JSON object is expected"):
        Observation.from_json(found)


def test_hostile_text_changes_nothing_but_itself() -> None:
    found = an_observation().to_json()
    found["facts"] |= {"name": "<script>\x00\u202e=cmd()", "location": "\u200b"}
    facts = Observation.from_json(found).facts
    assert facts["name"] == "<script>=cmd()"
    assert "location" not in facts


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(an_observation().to_json())), json_values)
def test_any_json_is_read_or_refused_and_never_crashes(name: str, value: Any) -> None:
    try:
        found = Observation.from_json(an_observation().to_json() | {name: value})
    except ObservationError:
        return
    assert Observation.from_json(found.to_json()).digest() == found.digest()


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ObservationError, match="time zone"):
        an_observation(observed_at=datetime(2026, 1, 1))  # noqa: DTZ001 (that is the point)
