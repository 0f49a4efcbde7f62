"""What every part needs: what a job is told, errors, events, the clock."""
