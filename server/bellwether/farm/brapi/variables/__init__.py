"""The trait dictionary as variables: a trait, a method and a scale each."""
