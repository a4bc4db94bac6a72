"""Stock that comes and goes: consignments with their declarations, money, files for authorities."""
