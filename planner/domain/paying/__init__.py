"""Who is paid what on a day: the rules of thumb."""
