"""Every write, each in one transaction."""
