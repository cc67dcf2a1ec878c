"""Makes the virtual environment and installs the locked Python packages and the project itself in it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from stamps import ROOT, STAMPS, VENV, Failed, digest, is_stamped, run, say, stamping

OLDEST = (3, 11)
BIN = VENV / "bin"
PYTHON = BIN / "python"
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}


def require_python() -> None:
    """Go on with a Python that is new enough, or say which package brings one."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, "-E", "-S", *sys.argv])
    raise Failed(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old: Parc needs 3.11 or later",
        "Install the packages python3.11 and python3.11-venv, or name another one: make run PYTHON=/path/to/python3",
    )


def make_environment() -> None:
    """Make .venv, again when the folder was moved, half made, or its Python replaced."""
    if _is_sound():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Failed(
            f"Python {version} has no venv module here",
            f"On Debian and Ubuntu: sudo apt-get install python3-venv (or python{version}-venv)",
        )
    say(f"Making the virtual environment .venv with Python {sys.version.split()[0]}")
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        what="The virtual environment .venv could not be made",
        mend="On Debian and Ubuntu: sudo apt-get install python3-venv; also check the free space and the rights here",
    )
    with stamping("environment", _environment()):
        pass


def _environment() -> str:
    return f"{VENV} {os.path.realpath(PYTHON)}"


def _is_sound() -> bool:
    try:
        first_lines = (BIN / "pip").read_bytes()[:512]
    except OSError:
        return False
    if not PYTHON.exists() or str(VENV).encode() not in first_lines:
        return False
    return not (STAMPS / "environment").exists() or is_stamped("environment", _environment())


def install_lock(lock: Path) -> None:
    """Install exactly what the lock file lists, each archive checked against its hash."""
    fingerprint = digest([lock])
    if is_stamped(lock.name, fingerprint):
        return
    count = sum("==" in line for line in lock.read_text().splitlines())
    say(f"Installing the {count} Python packages of {lock.relative_to(ROOT)}")
    with stamping(lock.name, fingerprint):
        _install(
            "--require-hashes", "-r", lock, what=f"The Python packages of {lock.name} could not be installed"
        )


def install_installer() -> None:
    """Install uv, which is quicker than pip, and setuptools, which the project's own installation needs."""
    lock = ROOT / "tools" / "installer.lock"
    fingerprint = digest([lock])
    if is_stamped(lock.name, fingerprint):
        return
    say("Installing the Python package installer")
    with stamping(lock.name, fingerprint):
        _pip("--require-hashes", "-r", lock, what="The Python package installer could not be installed")


def install_project() -> None:
    """Install the project in place, so that the command `parc` exists and follows the source."""
    fingerprint = digest([ROOT / "setup.cfg", ROOT / "pyproject.toml"])
    if is_stamped("project", fingerprint):
        return
    say("Installing Parc itself, in place")
    with stamping("project", fingerprint):
        _install(
            "--no-deps", "--no-build-isolation", "--editable", ROOT, what="Parc itself could not be installed"
        )


def _install(*arguments: str | Path, what: str) -> None:
    uv = BIN / "uv"
    if uv.exists():
        try:
            # Bytecode as pip does: a start is then no slower where Python may not write beside its modules. Certificates of
            # the system: a town's network often has an authority of its own, which uv's own list does not know.
            quick: list[str | Path] = [
                uv,
                "pip",
                "install",
                "--quiet",
                "--compile-bytecode",
                "--system-certs",
            ]
            run([*quick, "--python", PYTHON, *arguments], what="uv failed", mend="")
            return
        except Failed:
            say("uv did not manage; trying again with pip")
    _pip(*arguments, what=what)


def _pip(*arguments: str | Path, what: str) -> None:
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", *arguments],
        what=what,
        mend="Read the lines above; when .venv itself is damaged, `make clean` and the same command start afresh",
        environment=QUIET,
    )


def compile_translations() -> None:
    """Compile the catalogues when one has changed, or has no compiled form."""
    catalogues = sorted((ROOT / "inventory" / "translations").glob("*/LC_MESSAGES/*.po"))
    fingerprint = digest(catalogues)
    if is_stamped("translations", fingerprint) and all(
        path.with_suffix(".mo").exists() for path in catalogues
    ):
        return
    with stamping("translations", fingerprint):
        for path in catalogues:
            say(f"Compiling the translation {path.relative_to(ROOT)}")
            run(
                [BIN / "pybabel", "--quiet", "compile", "-i", path, "-o", path.with_suffix(".mo")],
                what=f"The translation {path.relative_to(ROOT)} could not be compiled",
                mend="Mend the line named above in that file",
            )


def compile_tests() -> None:
    """Have pytest read all tests once: each worker of the suite would otherwise rewrite all of their assertions at the same time."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    fingerprint = digest(tests)
    if is_stamped("tests", fingerprint):
        return
    say("Compiling the tests")
    with stamping("tests", fingerprint):
        run(
            [PYTHON, "-m", "pytest", "--collect-only", "--quiet", "--no-summary"],
            what="The tests could not be read",
            mend="Mend the file named above",
            environment={"PYTHONDONTWRITEBYTECODE": ""},
        )
