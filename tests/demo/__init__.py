"""Tests of the made-up fleet."""
