"""How a contract bills, falls due and takes a payment: revolving, instalment, open-ended."""
