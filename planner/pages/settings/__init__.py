"""Settings, export, restore, erase."""
