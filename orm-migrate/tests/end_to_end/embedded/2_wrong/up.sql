-- The second statement fails.
SELECT 1;
SELECT * FROM nowhere;
