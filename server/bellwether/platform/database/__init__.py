"""PostgreSQL: transactions, migrations, notifications."""
