"""An app of the test run only: what empties the database after a test that commits. Django's own `flush` does the same
for each table there is and then makes the content types and permissions anew, which takes longer than most tests."""
