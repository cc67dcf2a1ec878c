"""Tests of reading directories."""
