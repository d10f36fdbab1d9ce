"""Money is not enough: who waits."""
