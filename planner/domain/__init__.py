"""Planning repayments: plain Python, exact to the fen and to the day.

Nothing here knows Django, a database, a setting, a language or the time of day; "today" is
the household's `as_of`. Money is whole fen, a rate an exact fraction with its period.

    >>> from planner.domain.household.household import read_household
    >>> from planner.domain.make_plan import make_plan
    >>> with open("examples/huabei_jiebei_card.json", "rb") as file:
    ...     household = read_household(file.read())
    >>> plan = make_plan(household, "minimum")
    >>> plan.status, plan.dues[0].debt, plan.dues[0].required_fen
    ('on_time', 'card', 54000)
    >>> plan.dues[0].last_safe_on.isoformat()
    '2026-12-09'

Folders are floors, each importing only from those before it: values (fen, days, rates), rulebook
(products and ladders as data), household (what a person entered), contracts (how a debt bills and
takes a payment), ledger (the one that every plan goes through), plan (what it comes to, and its
document), paying (the rules of thumb), optimum, make_plan, answers (what pages ask beside it).
"""
