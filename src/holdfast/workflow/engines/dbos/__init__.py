"""Runs beyond one machine: the queueing and the durability of attempts are DBOS's (https://docs.dbos.dev/python).

Only this package imports dbos, sqlalchemy and psycopg, when an engine is opened or a worker begins.
docs/adr/0013-records-beside-dbos.md says what is kept where, and why.
"""
