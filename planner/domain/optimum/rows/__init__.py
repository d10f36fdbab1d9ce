"""What each contract asks and costs, as columns and rows of a programme."""
