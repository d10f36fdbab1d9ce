"""Incomes, living costs, bank accounts."""
