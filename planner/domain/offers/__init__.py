"""What a lender offers: read, reckoned, and laid beside staying as it is."""
