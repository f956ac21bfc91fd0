"""EDI X12: partners are connected, their interchanges taken, and answered."""
