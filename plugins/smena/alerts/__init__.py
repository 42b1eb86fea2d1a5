"""What people are told of without asking: one message a day for each organisation, and a load that is late."""
