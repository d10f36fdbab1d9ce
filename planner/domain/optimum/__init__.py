"""The optimal plan as a linear model with few yes-or-no questions, and its solution.

`programme` holds columns and rows and hands them to HiGHS; `rows` writes what each contract asks
and costs; `cash` knows the money between two incomes; `model` puts a household together. `search`
looks for plans that are never late; where there are none, `core` finds which dues had best wait,
and `late_search` proves how few can be late and what it costs. `carry_out` lets the ledger follow
what was found, `promise` looks at what its prepayments lead to; `find` keeps the best. These
modules reckon in yuan and floats: what they find only proposes payments, and bounds are lowered by
more than floats and rounding can err.
"""
