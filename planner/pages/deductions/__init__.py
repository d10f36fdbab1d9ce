"""Who can take from which account."""
