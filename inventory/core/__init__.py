"""What every feature stands on: store, clock, errors, access, pages, lists, settings and secrets."""
