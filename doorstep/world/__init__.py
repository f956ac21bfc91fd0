"""The simulated outside: servers that carry, pay and receive mail; people and opinions. It sees the house only from outside."""
