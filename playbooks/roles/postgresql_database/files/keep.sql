-- Returns a row if it changed something.
CREATE TABLE IF NOT EXISTS about (key text PRIMARY KEY, value text);
INSERT INTO about VALUES ('title', :'title')
  ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE about.value IS DISTINCT FROM excluded.value
  RETURNING 'title written';
