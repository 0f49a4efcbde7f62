"""Workers as the processes see them that start and follow them; no torch here."""
