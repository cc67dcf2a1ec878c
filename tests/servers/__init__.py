"""Real servers for the tests, each private to a folder, on loopback only, ended by process id."""

from tests.servers.browser import FLAGS as CHROMIUM_FLAGS
from tests.servers.browser import chromium_missing, chromium_path
from tests.servers.certificates import Authority, Certificate
from tests.servers.entries import Entry, entry
from tests.servers.postgres import Postgres
from tests.servers.process import Server, ServerDidNotStart, find_program, free_port
from tests.servers.slapd import Slapd
from tests.servers.snmpd import Agent, Snmpd

__all__ = [
    "CHROMIUM_FLAGS",
    "Agent",
    "Authority",
    "Certificate",
    "Entry",
    "Postgres",
    "Server",
    "ServerDidNotStart",
    "Slapd",
    "Snmpd",
    "chromium_missing",
    "chromium_path",
    "entry",
    "find_program",
    "free_port",
]
