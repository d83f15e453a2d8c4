-- Fails by division by zero when the title is another one.
SELECT 1 / count(*) FROM about WHERE key = 'title' AND value = :'title';
