"""Commands that measure: each prints its table and writes what it measured, with machine, versions and seed."""
