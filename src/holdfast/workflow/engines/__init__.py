"""Where a run's records are kept and who performs its attempts: the journal of one machine, or DBOS on PostgreSQL."""
