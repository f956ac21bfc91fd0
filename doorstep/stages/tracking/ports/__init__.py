"""Where the outside of tracking begins: carriers who tell, mail that goes, text messages that go. One file each."""
