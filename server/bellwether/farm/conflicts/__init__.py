"""What two devices said differently: both stay, until a person has looked."""
