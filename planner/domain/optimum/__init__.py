"""The optimal plan as a linear model with few yes-or-no questions, and its solution.

`programme` holds columns and rows and hands them to HiGHS; `contracts` writes what each contract
asks and costs as rows; `model` puts a household together; `stages` counts episodes, gravest
first; `search` asks one after the other; `follow` executes the figures in the ledger; `sacrifice`
and `polish` try changes there. These modules reckon in yuan and floats: what they find only
proposes payments, and bounds are lowered by more than floats and rounding can err.
"""
