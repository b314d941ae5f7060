"""Invented insurance cards and photographs of them, for the demo, the tests and the figures."""
