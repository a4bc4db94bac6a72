"""What an evaluation gives: tables, report, and the files of both."""
