"""Gates: a number out of a report, held against a bound."""
