"""Rows have names of their own, so that the engine's Household and Debt are the only ones.

Tables keep theirs: nothing is done in the database.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("planner", "0004_household_optimal_by_default")]

    operations = [
        migrations.AlterModelTable("Household", "planner_household"),
        migrations.RenameModel("Household", "HouseholdRow"),
        migrations.AlterModelTable("Account", "planner_account"),
        migrations.RenameModel("Account", "AccountRow"),
        migrations.AlterModelTable("Income", "planner_income"),
        migrations.RenameModel("Income", "IncomeRow"),
        migrations.AlterModelTable("Expense", "planner_expense"),
        migrations.RenameModel("Expense", "ExpenseRow"),
        migrations.AlterModelTable("Debt", "planner_debt"),
        migrations.RenameModel("Debt", "DebtRow"),
        migrations.AlterModelTable("StoredPlan", "planner_storedplan"),
        migrations.RenameModel("StoredPlan", "KeptPlan"),
    ]
