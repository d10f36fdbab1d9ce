"""What of a plan reaches the person without a visit: the calendar they subscribed to, reminders."""
