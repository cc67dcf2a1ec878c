"""A private OpenLDAP server with its own authority, a limited reader, and an Active Directory's look if asked."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.servers import entries
from tests.servers.certificates import Authority, Certificate
from tests.servers.entries import BASE, Entry
from tests.servers.process import Process, Server, ServerDidNotStart, accepts, find_program, free_port

SCHEMAS = ("core", "cosine", "nis", "inetorgperson")
SCHEMA_FOLDERS = (Path("/etc/ldap/schema"), Path("/etc/openldap/schema"))
MODULE_FOLDERS = (Path("/usr/lib/ldap"), Path("/usr/lib64/openldap"), Path("/usr/libexec/openldap"))
AD_CAPABILITY = "1.2.840.113556.1.4.800"
"""LDAP_CAP_ACTIVE_DIRECTORY_OID in supportedCapabilities: so an Active Directory says that it is one (MS-ADTS)."""


class Slapd(Server):
    """LDAP, StartTLS and LDAPS on localhost.

    The reader gets at most 500 entries a search unless it asks for pages, and pages of at most 1000.
    `load` entries before `start` (fast) or after. With `active_directory`, the root DSE says that it is one and
    computers and users can be loaded. `rules` adds lines to slapd.conf; `maximum_page` and `most_paged` limit one page
    and all pages of a search.
    """

    base = BASE
    admin_dn, admin_password = f"cn=admin,{BASE}", "lab-ldap-admin"
    reader_dn, reader_password = f"cn=reader,{BASE}", "lab-ldap-reader"

    def __init__(
        self, workdir: Path, *, certificate: Certificate = Certificate.VALID, active_directory: bool = False,
        rules: str = "", maximum_page: int = 1000, most_paged: str = "unlimited",
    ) -> None:  # fmt: skip
        self.folder = Path(workdir) / "slapd"
        for name in ("db", "tls"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.port, self.tls_port = free_port("127.0.0.1"), free_port("127.0.0.1")
        self.url, self.tls_url = f"ldap://localhost:{self.port}", f"ldaps://localhost:{self.tls_port}"
        self._authority = Authority()
        self.ca_pem = self._authority.pem
        self.ca_file = self.folder / "tls" / "ca.pem"
        self.ca_file.write_text(self.ca_pem)
        self._process = Process(self.folder / "log")
        self._program = _program(self.folder)
        self._active_directory = active_directory
        self._limits = f"size.soft=500 size.hard=500 size.prtotal={most_paged} size.pr={maximum_page}"
        self._configure(certificate, rules)
        self._load_top()

    @staticmethod
    def available() -> str | None:
        """Why it cannot run here, or None when it can."""
        if not find_program("slapd"):
            return "slapd is not installed (Debian package slapd)"
        if not any(folder.is_dir() for folder in SCHEMA_FOLDERS):
            return "the schema files of OpenLDAP are not installed"
        return None

    def _configure(self, certificate: Certificate, rules: str) -> None:
        schema_folder = next(folder for folder in SCHEMA_FOLDERS if folder.is_dir())
        schemas = [schema_folder / f"{name}.schema" for name in SCHEMAS]
        if self._active_directory:
            schemas.append(Path(__file__).with_name("active_directory.schema"))
        certificate_file, key_file = self._authority.issue(self.folder / "tls", certificate)
        modules = next((folder for folder in MODULE_FOLDERS if (folder / "back_mdb.so").exists()), None)
        lines = [f"include {path}" for path in schemas]
        if modules:
            lines += [f"modulepath {modules}", "moduleload back_mdb"]
        if self._active_directory:
            lines.append(f"rootDSE {self._root_dse()}")
        lines += [
            f"TLSCACertificateFile {self.ca_file}", f"TLSCertificateFile {certificate_file}",
            f"TLSCertificateKeyFile {key_file}", "database mdb", f'suffix "{self.base}"',
            f'rootdn "{self.admin_dn}"', f"rootpw {self.admin_password}", f"directory {self.folder / 'db'}",
            "maxsize 268435456", "dbnosync", "index objectClass eq",
            f'limits dn.exact="{self.reader_dn}" {self._limits}',
            "limits * size.soft=500 size.hard=500",
            "access to attrs=userPassword by anonymous auth by * none",
            "access to * by users read by * none", rules,
        ]  # fmt: skip
        self.configuration = self.folder / "slapd.conf"
        self.configuration.write_text("\n".join(lines) + "\n")

    def _root_dse(self) -> Path:
        path = self.folder / "root.ldif"
        path.write_text(
            entries.entry("", supportedCapabilities=AD_CAPABILITY, defaultNamingContext=self.base).ldif
        )
        return path

    def _load_top(self) -> None:
        units = entries.UNITS if self._active_directory else ("people", "devices")
        reader = entries.entry(
            self.reader_dn, objectClass=["applicationProcess", "simpleSecurityObject"], cn="reader",
            userPassword=self.reader_password,
        )  # fmt: skip
        self.load([*entries.tree(self.base, units), reader])

    def load(self, new: Iterable[Entry]) -> None:
        """Add entries, straight into the store while stopped, through the server while it runs."""
        if self._process.pid is None:
            command = [str(self._program), "-T", "add", "-q", "-f", str(self.configuration)]
        else:
            command = [
                find_program("ldapadd") or "ldapadd", "-x", "-c", "-H", f"ldap://127.0.0.1:{self.port}",
                "-D", self.admin_dn, "-w", self.admin_password,
            ]  # fmt: skip
        done = subprocess.run(command, input=entries.ldif(new).encode(), capture_output=True, check=False)
        if done.returncode:
            raise ServerDidNotStart(done.stderr.decode(errors="replace"))

    def start(self) -> None:
        """Serve on both ports."""
        urls = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        command = [str(self._program), "-d", "0", "-f", str(self.configuration), "-h", urls]
        self._process.start(command, self._serves)

    def _serves(self) -> bool:
        return accepts("127.0.0.1", self.port) and accepts("127.0.0.1", self.tls_port)

    def stop(self) -> None:
        """Shut it down in order."""
        self._process.stop(signal.SIGTERM)

    def kill(self) -> None:
        """Cut it off in the middle of whatever it was answering."""
        self._process.stop(signal.SIGKILL)


def _program(folder: Path) -> Path:
    """The slapd to run: a copy where AppArmor would keep the installed one out of test folders (Ubuntu)."""
    installed = Path(find_program("slapd") or "slapd")
    enforced = Path("/sys/module/apparmor/parameters/enabled")
    if not enforced.exists() or not enforced.read_text().startswith("Y"):
        return installed
    return Path(shutil.copy2(installed, folder / "slapd"))
