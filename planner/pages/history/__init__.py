"""What was entered, and mending it."""
