"""Why something was not read, as sentences for people: one for each cause that a scanner may give."""

from __future__ import annotations

from inventory.core.wording import N_

# The device was asked and is there, but lets nobody read it: the rest of its range was read wholly all the same.
REFUSALS = frozenset(
    {
        "refused",
        "silent_or_wrong_community",
        "wrong_digest",
        "unknown_user",
        "unsupported_level",
        "decryption",
        "not_in_time_window",
        "authorization",
    }
)
BAD_LINE = "bad_line"
EMPTIED = "emptied"

SENTENCES: dict[str, str] = {
    "silent": N_("Nothing answered."),
    "another_answers": N_("Another device answers at its address now."),
    "silent_or_wrong_community": N_("The device is there, but silent, or the community is wrong."),
    "refused": N_("The device refuses: nothing listens on this port."),
    "not_listening": N_("The server is there, but nothing listens on this port."),
    "unreachable": N_("The network does not reach this address."),
    "dns": N_("The name is not known to the name server."),
    "wrong_digest": N_("The device refuses the authentication key (wrong digest)."),
    "unknown_user": N_("The device does not know this user name."),
    "unsupported_level": N_("The device does not accept this security level."),
    "decryption": N_("The device could not decrypt the request: the privacy key or protocol is wrong."),
    "not_in_time_window": N_("The device's clock for secured messages could not be agreed on."),
    "authorization": N_("The device knows these credentials, but lets them read nothing."),
    "malformed": N_("The answer is malformed."),
    "too_big": N_("The device says that even the smallest answer is too big."),
    "looping": N_("The device answers in a loop: its objects do not increase."),
    "timeout_midway": N_("The device stopped answering midway."),
    "cap_reached": N_("The device has more to say than one scan may read."),
    "cancelled": N_("The scan was stopped before this was read."),
    "invalid_credentials": N_("The server refuses the name or the password."),
    "account_locked": N_("The server says that this account is locked."),
    "account_disabled": N_("The server says that this account is disabled or expired."),
    "password_expired": N_("The server says that this account's password has expired."),
    "stronger_auth_required": N_("The server accepts a password over an encrypted connection only."),
    "anonymous_refused": N_("The server refuses anonymous reading."),
    "not_allowed": N_("The server knows this account, but lets it read nothing here."),
    "tls_untrusted": N_("The server's certificate is signed by an authority that is not trusted here."),
    "tls_expired": N_("The server's certificate has expired or is not valid yet."),
    "tls_name_mismatch": N_("The server's certificate is for another name."),
    "tls_refused": N_("An encrypted connection could not be agreed on."),
    "no_such_base": N_("The search base does not exist on this server."),
    "size_limit": N_("The server stopped at its size limit."),
    "time_limit": N_("The server stopped at its time limit."),
    "server_error": N_("The server answered with an error."),
    "half_read": N_("The connection ended before everything was read."),
    "internal": N_("The scanner failed on this one."),
    "echo_not_permitted": N_("This process may not send echo requests: only neighbours are noticed."),
    "no_name_server": N_("The name server answers nothing: it is asked for no more names."),
    BAD_LINE: N_("This line is not an observation."),
    EMPTIED: N_(
        "Nothing at all was found where there was something before, so nothing is concluded from it."
    ),
}
UNKNOWN = N_("It could not be read, for a reason that this version does not know.")

ADVICE: dict[str, str] = {
    "silent": N_("Check that it is switched on and still connected."),
    "another_answers": N_("If it was replaced, record the replacement; if it moved, scan where it went."),
    "refused": N_("Switch SNMP on on the device, and check the UDP port of its range."),
    "not_listening": N_("Check the port in the address, and that the server runs."),
    "dns": N_("Check the name of the server in the address."),
    "unsupported_level": N_("Give this user the level that the device asks for, with its passphrases."),
    "not_in_time_window": N_("Restart the device's SNMP agent: its counter of starts or its clock is wrong."),
    "malformed": N_("Update the device's firmware, or leave its address out of the range."),
    "too_big": N_("Update the device's firmware, or leave its address out of the range."),
    "looping": N_("Update the device's firmware: what it said before the loop is kept."),
    "timeout_midway": N_("Scan it again at a quieter hour, or wait longer for its answers."),
    "cap_reached": N_(
        "What was read up to there is kept: there is nothing to do unless something is missing."
    ),
    "silent_or_wrong_community": N_(
        "Check the community of its range, and whether the device lets this server ask."
    ),
    "wrong_digest": N_("Enter the authentication passphrase again, and check its protocol."),
    "unknown_user": N_("Check the user name, or add the user on the device."),
    "decryption": N_("Enter the privacy passphrase again, and check its protocol."),
    "authorization": N_("Give this community or user a view that it may read on the device."),
    "invalid_credentials": N_("Enter the account and its password again."),
    "account_locked": N_("Unlock the account on the server."),
    "not_allowed": N_("Let this account read the search base, at all hours and from this server."),
    "password_expired": N_("Change the password on the server, then enter it here."),
    "tls_untrusted": N_("Paste the certificate of your authority into the directory's settings."),
    "tls_expired": N_("Renew the server's certificate."),
    "tls_name_mismatch": N_("Use the name that the certificate bears in the directory's address."),
    "size_limit": N_("Let this account read in pages, or read a smaller base."),
    "no_name_server": N_("Name another one in the site's settings, or ask for no names there."),
    "unreachable": N_("Check the route from this worker to that network."),
    EMPTIED: N_(
        "Check the credential and what it may read, the addresses or the search base, and the link to the site; then read again."
    ),
}


def sentence(code: str) -> str:
    """Return the N_ sentence of a cause; one that says so for a code that nobody knows."""
    return SENTENCES.get(code, UNKNOWN)


def advice(code: str) -> str | None:
    """Return what to do about a cause as an N_ sentence, or None when there is nothing to add."""
    return ADVICE.get(code)
