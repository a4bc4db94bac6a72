"""The command-line program."""


def main() -> None:
    """Run the command line."""
    print("bellwether")
