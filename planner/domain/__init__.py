"""Planning repayments: plain Python, exact to the fen and to the day.

Nothing here knows Django, a database, a setting, a language or the time of day; "today" is
the household's `as_of`. Money is whole fen, a rate an exact fraction with its period.
"""
