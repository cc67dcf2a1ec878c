"""The test servers themselves: each serves what it promises, and leaves nothing running."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.servers import Postgres, Slapd, Snmpd
from tests.servers.process import Process, ServerDidNotStart, accepts, find_program


@pytest.mark.snmpd
@pytest.mark.skipif(Snmpd.available() is not None, reason=str(Snmpd.available()))
def test_agents_answer_and_are_alike_where_they_should_be(tmp_path: Path) -> None:
    with Snmpd(tmp_path) as snmpd:
        agents = snmpd.agents
        assert [agent.answers() for agent in agents] == [True] * 6
        agents[0].stop()
        assert not agents[0].answers()
        assert agents[1].answers()
        snmpd.start_agent(agents[0])
        assert agents[0].answers()
    assert [agent.name for agent in agents].count("sw-double") == 3
    assert len({agent.engine_id for agent in agents}) == 4
    assert len({(agent.serial, agent.bridge_address) for agent in agents}) == 6
    assert not any(agent.answers() for agent in agents)


@pytest.mark.slapd
@pytest.mark.skipif(Slapd.available() is not None, reason=str(Slapd.available()))
def test_a_directory_serves_both_ports_until_it_is_stopped(tmp_path: Path) -> None:
    with Slapd(tmp_path) as slapd:
        assert accepts("127.0.0.1", slapd.port)
        assert accepts("127.0.0.1", slapd.tls_port)
    assert not accepts("127.0.0.1", slapd.port)


@pytest.mark.skipif(Postgres.available() is not None, reason=str(Postgres.available()))
def test_databases_come_and_go_and_survive_a_crash(tmp_path: Path) -> None:
    with Postgres(tmp_path) as postgres:
        url = postgres.create_database("first").replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'Mérignac' AS name")
        postgres.kill()
        postgres.start()
        second = postgres.create_database("second", template="first").replace("+psycopg", "")
        with psycopg.connect(second) as connection:
            assert connection.execute("SELECT name FROM kept").fetchone() == ("Mérignac",)
        postgres.drop_database("first")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(url)
    assert not postgres.folder.exists()


def test_a_program_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    process = Process(tmp_path / "log")
    with pytest.raises(ServerDidNotStart, match="no such door"):
        process.start(["/bin/sh", "-c", "echo no such door; exit 1"], lambda: False)


def test_a_process_ends_with_its_pid(tmp_path: Path) -> None:
    process = Process(tmp_path / "log")
    process.start(["/bin/sleep", "60"], lambda: True)
    pid = process.pid
    assert pid is not None
    process.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_programs_are_found_where_root_has_them() -> None:
    assert find_program("no-such-program-at-all", "sh") == shutil.which("sh")
    assert find_program("no-such-program-at-all") is None
