"""Alerts: one message per day and organisation, and one about a load that is late."""
