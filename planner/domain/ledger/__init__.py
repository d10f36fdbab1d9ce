"""The one ledger that every plan goes through, and what missing a due starts."""
