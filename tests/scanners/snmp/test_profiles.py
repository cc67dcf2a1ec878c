"""Device profiles: each proves itself by its own excerpts, an administrator's come first, and a wrong one is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanners.snmp.profile import Profile, ProfileTest
from scanners.snmp.profile_files import ProfileError, load, parse, shipped
from scanners.snmp.trial import fits, trial

CASES = [(profile, test) for profile in shipped().all for test in profile.tests]


@pytest.mark.parametrize(("profile", "test"), CASES, ids=[profile.name for profile, _ in CASES])
def test_a_shipped_profile_finds_what_it_promises(profile: Profile, test: ProfileTest) -> None:
    assert trial(test, shipped()) == dict(test.finds)


@pytest.mark.parametrize("profile", shipped().all, ids=lambda one: one.name)
def test_every_shipped_profile_states_a_test_of_its_own(profile: Profile) -> None:
    assert any(fits(test, profile) for test in profile.tests)


def test_names_of_shipped_profiles_tell_them_apart() -> None:
    names = [one.name for one in shipped().all]
    assert sorted(names) == sorted(set(names))


OWN = """
[[profile]]
name = "Town hall clocks"
when.object_id = "99990.1"
maker = "Bodet"
kind = "other"
model = "99990.1.1"
serial = { oid = "99990.1.2", pattern = 'No (\\w+)' }
firmware = { oid = "@^.9", words = { "3" = "3.0" } }
products = { "99990.1.7" = "Sigma" }
grammar = 'Clock (?P<model>\\w+)'

[[profile.test]]
says = { sysObjectID = "99990.1.7", "99990.1.2.0" = "No AB1234", "99990.1.9.0" = 3 }
finds = { manufacturer = "Bodet", model = "Sigma", serial = "AB1234", firmware = "3.0" }
"""


def test_a_profile_reads_an_object_a_part_of_it_a_number_s_word_and_the_product_s_name() -> None:
    (profile,) = parse(OWN, "clocks.toml")
    (test,) = profile.tests
    assert trial(test, shipped().preceded_by([profile])) == dict(test.finds)


def test_a_profile_that_fits_more_closely_goes_first(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        """
[[profile]]
name = "Our UPS"
when.object_id = "318.1.3"
kind = "power"
test = [{ says = { sysObjectID = "318.1.3.27" }, finds = { kind = "power" } }]
"""
    )
    profiles = load(tmp_path)
    (own,) = [one for one in profiles.all if one.name == "Our UPS"]
    assert trial(own.tests[0], profiles) == {"kind": "power"}
    assert trial(own.tests[0], shipped()) == {"kind": "ups"}


def test_no_folder_of_profiles_is_no_error(tmp_path: Path) -> None:
    assert load(tmp_path / "absent") is shipped()
    assert load(None) is shipped()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[[profile]\n", "own.toml: "),
        ("x = 1\n", "own.toml: a file of profiles holds"),
        ("[[profile]]\nkind = 'switch'\n", "own.toml, profile 1: it needs a name."),
        ("[[profile]]\nname = 'A'\n", "own.toml, profile A: `when` must name"),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '318'\nkind = 'toaster'\n", "'toaster' is no kind."),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '318'\ncolour = 'red'\n", "colour is no key"),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '.1.3'\n", "an object_id is below 1.3.6.1.4.1."),
        ("[[profile]]\nname = 'A'\nwhen.object_id = 'x.1'\n", "own.toml, profile A: "),
        ("[[profile]]\nname = 'A'\nwhen.sysname = 'x'\n", "sysname is no condition."),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '318'\ngrammar = '('\n", "own.toml, profile A: "),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '318'\ngrammar = '(?P<colour>x)'\n", "must be named"),
        (
            "[[profile]]\nname = 'A'\nwhen.object_id = '318'\nserial = { oid = '318.1', pattern = 'x' }\n",
            "captures",
        ),
        ("[[profile]]\nname = 'A'\nwhen.object_id = '318'\ncounters.pages = '318.1'\n", "is no counter."),
    ],
)
def test_a_wrong_profile_is_refused_with_its_file_and_its_name(
    content: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(content)
    with pytest.raises(ProfileError) as caught:
        load(tmp_path)
    assert sentence in str(caught.value)
    assert "own.toml" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match=r"own\.toml"):
        load(tmp_path)
