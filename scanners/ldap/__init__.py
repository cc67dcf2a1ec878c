"""Reads computers and people from an LDAP directory: Active Directory, OpenLDAP and their like."""

from scanners.ldap.options import DirectoryOptions, OptionsError

__all__ = ["DirectoryOptions", "OptionsError"]
