"""What is worked out of a household: kept, shown, checked."""
