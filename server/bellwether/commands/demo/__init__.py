"""The demo: what it does over the public interface, and how it is shown."""
