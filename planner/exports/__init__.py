"""Files that a person takes away: a calendar, a table for spreadsheets, text for a terminal.

Each is a pure function of a plan and a language; nothing here reads the clock or the database.
"""
