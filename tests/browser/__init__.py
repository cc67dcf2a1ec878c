"""Journeys and checks in a real browser, against `parc run` as people start it."""
