"""Steps with programs of others: PLINK 2, bcftools and Beagle, where the machine has them."""
