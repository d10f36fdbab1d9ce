"""Debts: entry, one debt, what happened to it."""
