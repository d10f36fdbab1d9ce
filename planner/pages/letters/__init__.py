"""The papers for asking a lender: choose a debt and an aim, read, print, take along."""
