"""The words of the Caddyfile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROBLEMS = {
    404: ("not_found", "Not found", "Nothing is served at this address."),
    413: ("body_too_large", "Body too large", "The body is larger than this address takes."),
    421: ("misdirected", "Misdirected request", "The platform answers to the names of its public address only."),
    502: ("bad_gateway", "Bad gateway", "The service broke off its answer. Reading again is safe."),
    503: ("service_unavailable", "Service unavailable", "The service is not ready. Try again in a few seconds."),
    504: ("gateway_timeout", "Gateway timeout", "The service did not answer in time."),
}

#: the length that the client announces: a body too large is refused before it is sent
ANNOUNCED = '{http.request.header.Content-Length} != "" && int({http.request.header.Content-Length})'

GLOBAL = """{{
	admin off
	persist_config off
	skip_install_trust
	auto_https disable_redirects
	default_bind {hosts}
	http_port {http}
	https_port {https}
	storage file_system {storage}
	grace_period 3s
	servers {{
		protocols h1 h2 h3
		max_header_size 32KiB
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}
"""

# `route` keeps the order: Caddy sorts directives otherwise, and would let a forged header through
SITE = """
(guarded) {{
	header {{
		-Server
		-Via
		?X-Request-Id {{http.request.header.X-Request-Id}}
		X-Content-Type-Options nosniff
		X-Frame-Options DENY
		Referrer-Policy no-referrer
		Cross-Origin-Opener-Policy same-origin
		Cross-Origin-Resource-Policy same-origin
		Permissions-Policy "camera=(), geolocation=(), microphone=()"
		?Cache-Control no-store
	}}
}}

(site) {{
	import guarded
	# the pages bring a policy of their own
	header ?Content-Security-Policy "default-src 'none'; frame-ancestors 'none'"
	@assets path /docs/assets/*
	encode @assets zstd gzip
	route {{
		request_header -X-User*
		request_header -X-Forwarded-*
		request_header -X-Auth*
		request_header -X-Bellwether-*
		request_header -X-Real-Ip
		request_header -Forwarded
		@unnamed not header_regexp X-Request-Id ^[A-Za-z0-9._-]{{1,128}}$
		request_header @unnamed X-Request-Id {{http.request.uuid}}
		@inner header_regexp Authorization (?i)^\\s*(service|operator)\\b
		request_header @inner -Authorization

		@hidden path /api/v1/auth/operator /api/v1/auth/operator/* /metrics /metrics/* */metrics */internal */internal/*
		error @hidden 404

		@import {{
			method POST
			path /api/v1/farm/imports
		}}
		@other not {{
			method POST
			path /api/v1/farm/imports
		}}
		request_body @import {{
			max_size {import_bytes}
		}}
		request_body @other {{
			max_size {body_bytes}
		}}
		@announced_import {{
			method POST
			path /api/v1/farm/imports
			expression `{announced} > {import_bytes}`
		}}
		@announced {{
			not {{
				method POST
				path /api/v1/farm/imports
			}}
			expression `{announced} > {body_bytes}`
		}}
		error @announced_import 413
		error @announced 413
		redir / /docs
{proxies}
		error 404
	}}
	import problems
}}

(problems) {{
	handle_errors {{
		import guarded
		header Content-Type application/problem+json
		header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'"
{problems}
	}}
}}
"""

ENDS = """
http://localhost:{http}, http://127.0.0.1:{http} {{
	import site
}}

https://localhost:{https} {{
	tls internal
	import site
}}

http://:{http} {{
	error 421
	import problems
}}
"""

# One upstream is never declared dead by a slow health answer, for there is none to turn to: a refused dial is retried
# for any method (nothing was sent), a request that was sent only for GET.
PROXY = """
		@to_{number} path {paths}
		reverse_proxy @to_{number} {upstream} {{
			lb_try_duration 15s
			lb_try_interval 100ms
			transport http {{
				dial_timeout 1s
				response_header_timeout 65s
				keepalive_idle_conns_per_host 128
				compression off
			}}
		}}"""


@dataclass(frozen=True)
class Listen:
    """Where the gateway listens."""

    hosts: list[str]
    http: int
    https: int


@dataclass(frozen=True)
class Limits:
    """The largest bodies that pass."""

    body_bytes: int
    import_bytes: int


def text(listen: Listen, limits: Limits, routes: dict[str, list[str]], home: Path) -> str:
    """The whole Caddyfile."""
    proxies = "".join(
        PROXY.format(number=number, paths=" ".join(paths), upstream=upstream)
        for number, (upstream, paths) in enumerate(routes.items())
    )
    site = SITE.format(
        proxies=proxies,
        problems=_problems(),
        announced=ANNOUNCED,
        import_bytes=limits.import_bytes,
        body_bytes=limits.body_bytes,
    )
    hosts, storage = " ".join(listen.hosts), _quoted(str(home / "storage"))
    top = GLOBAL.format(hosts=hosts, http=listen.http, https=listen.https, storage=storage)
    return top + site + ENDS.format(http=listen.http, https=listen.https)


def _quoted(word: str) -> str:
    """One word of the Caddyfile, whatever it holds."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _problems() -> str:
    known = "".join(_problem(str(status), *words) for status, words in PROBLEMS.items())
    return known + _problem("", "gateway_error", "The gateway could not answer", "The request was not answered.")


def _problem(status: str, code: str, title: str, detail: str) -> str:
    placeholder = status or "{err.status_code}"
    body = (
        f'{{"type": "https://bellwether.local/problems/{code}", "title": "{title}", "status": {placeholder}, '
        f'"detail": "{detail}", "instance": "urn:uuid:{{http.request.uuid}}", "code": "{code}", "errors": []}}'
    )
    matcher = f"@is_{status} expression `{{err.status_code}} == {status}`" if status else ""
    retry = f"\n\t\theader @is_{status} Retry-After 2" if status in ("502", "503", "504") else ""
    if status == "413":
        # what the client still sends of its body must not be read as a next request
        retry = "\n\t\theader @is_413 Connection close"
    if not status:
        return f"\t\trespond `{body}` {placeholder}\n"
    return f"\t\t{matcher}{retry}\n\t\trespond @is_{status} `{body}` {placeholder}\n"
