"""What a finished ledger comes to, and its document."""
