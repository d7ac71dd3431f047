"""Known vulnerabilities of packages: taken in from OSV records, kept in a small index, compared with versions."""
