"""The edge: composes the services over HTTP and holds no data of its own."""
