"""Reports about money, which owners alone see."""
