"""What is booked: pure pandas, from what a batch reports and what the warehouse holds to a ChangeSet."""
