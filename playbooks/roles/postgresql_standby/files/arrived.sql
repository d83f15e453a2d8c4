-- Fails until the standby has what was written after a position.
SELECT pg_is_in_recovery() AS is_standby, coalesce(pg_last_wal_replay_lsn() > :'position', false) AS has_arrived \gset
\if :is_standby
  \if :has_arrived
  \else
    DO 'BEGIN RAISE EXCEPTION ''The standby does not follow the database: what was written there has not arrived.''; END';
  \endif
\else
  DO 'BEGIN RAISE EXCEPTION ''This is no standby: it was promoted.''; END';
\endif
