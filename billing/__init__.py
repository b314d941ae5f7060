"""The rules of money: pure Python on the standard library alone, no clock, no database, no network."""
