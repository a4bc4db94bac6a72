"""What every service that speaks BrAPI 2.1 needs: the envelope, pages, questions, kept searches, errors."""
