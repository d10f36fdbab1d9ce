"""What a person entered: debts, incomes, living costs, accounts, history."""
