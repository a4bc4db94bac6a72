"""The server's own answers on the wire."""

from bellwether.platform.brapi.wire import Wire


class Call(Wire):
    """An address of this server."""

    service: str
    methods: list[str]
    versions: list[str]
    data_types: list[str]
    content_types: list[str]


class ServerInfo(Wire):
    """What this server is and answers to."""

    server_name: str
    server_description: str
    calls: list[Call]
