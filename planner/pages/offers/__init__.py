"""What a lender offers, checked; the papers for asking."""
