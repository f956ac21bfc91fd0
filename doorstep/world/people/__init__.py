"""The people of the simulated world: they work through the public API and the same pages as anyone, each with a seeded die."""
