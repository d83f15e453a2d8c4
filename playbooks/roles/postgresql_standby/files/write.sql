-- Returns a position in the log of the database; something was written after it.
SELECT pg_current_wal_insert_lsn() AS position \gset
SELECT txid_current() AS ignored \gset
\echo :position
