"""What flows through the platform: events and jobs, with a broker and workers of their own."""
