"""Scanners that see networks and directories and say what they saw; they know neither Flask nor any database."""
