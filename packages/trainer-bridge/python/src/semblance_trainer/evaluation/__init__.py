"""Ranks, metrics and intervals on validation, and the rule that a fit makes nothing worse."""
