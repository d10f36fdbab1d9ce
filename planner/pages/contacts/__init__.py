"""The log of contacts: who said what, when, to whom."""
