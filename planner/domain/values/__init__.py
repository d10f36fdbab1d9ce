"""Fen, days, rates, and reading them from documents."""
