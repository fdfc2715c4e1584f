"""What the worker does. The database is the truth; a task is only a hint to look at it."""
