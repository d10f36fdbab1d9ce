"""Importing: what was read of a report, messages or a bill, ticked and completed."""
