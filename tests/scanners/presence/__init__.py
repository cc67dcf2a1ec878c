"""Tests of presences."""
