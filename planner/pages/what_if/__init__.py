"""What would be: borrowing, bad luck, other due days."""
