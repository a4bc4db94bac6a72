import { afterAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { loopbackNetworks } from "../networks.ts";
import { Outgoing } from "./outgoing.ts";

const asked: string[] = [];
const fetched = (request: Request) => {
  asked.push(request.headers.get("host") ?? "");
  return new URL(request.url).pathname === "/away"
    ? new Response(null, { status: 302, headers: { location: "/" } })
    : new Response("here");
};
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: fetched });
afterAll(() => server.stop(true));

const naming = (networks: readonly string[], ...addresses: string[]) => new Outgoing(networks, async () => addresses);
const outcome = (outgoing: Outgoing, url: string) =>
  outgoing.fetch(url).then(
    ({ status }) => String(status),
    ({ name }: Error) => name,
  );
const at = (path = "/") => `http://provider.example:${server.port}${path}`;

test.each([
  "127.0.0.1",
  "127.8.0.1",
  "0.0.0.0",
  "10.0.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "168.63.129.16",
  "192.0.2.1",
  "198.19.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::a00:1",
  "2002:a00:1::1",
  "2001:0:a00:1::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
])("%s is called neither by itself nor by a name, whatever else has the name", async (address) => {
  const literal = address.includes(":") ? `[${address}]` : address;
  expect(await outcome(naming([]), `http://${literal}:${server.port}/`)).toBe("AddressRefused");
  expect(await outcome(naming([], "93.184.216.34", address), at())).toBe("AddressRefused");
  expect(asked).toEqual([]);
});

test("numbers that browsers read as an address are that address", async () => {
  for (const host of ["0x7f.1", "2130706433", "017700000001", "[::ffff:7f00:1]"])
    expect([host, await outcome(naming([]), `http://${host}:${server.port}/`)]).toEqual([host, "AddressRefused"]);
});

test("a listed network may be called, what a cloud tells its machines never", async () => {
  expect(await outcome(naming(loopbackNetworks, "127.0.0.1"), at())).toBe("200");
  const everywhere = ["0.0.0.0/0", "::/0"];
  for (const address of ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
    expect(await outcome(naming(everywhere, address), at())).toBe("AddressRefused");
});

test("a name is asked for once, and what it was then is called under the name; a redirect is an answer", async () => {
  asked.length = 0;
  const names: string[] = [];
  const outgoing = new Outgoing(loopbackNetworks, async (name) => {
    names.push(name);
    return [names.length === 1 ? "127.0.0.1" : "10.0.0.1"];
  });
  expect(await outcome(outgoing, at("/away"))).toBe("302");
  expect(await outcome(outgoing, at())).toBe("AddressRefused");
  expect(names).toEqual(["provider.example", "provider.example"]);
  expect(asked).toEqual([`provider.example:${server.port}`]);
});

test("where nobody listens at one address of a name, its next is called", async () => {
  expect(await outcome(naming(loopbackNetworks, "127.0.0.9", "127.0.0.1"), at())).toBe("200");
  expect(await outcome(naming(loopbackNetworks), at())).toBe("AddressRefused");
});

test("the certificate must be that of the name, though the address is called", async () => {
  const { key, cert } = await certificateOf("provider.example");
  const secure = Bun.serve({ port: 0, hostname: "127.0.0.1", tls: { key, cert }, fetch: () => new Response("here") });
  const outgoing = naming(loopbackNetworks, "127.0.0.1");
  const call = (name: string) =>
    outgoing.fetch(`https://${name}:${secure.port}/`, { tls: { ca: cert } }).then(
      ({ status }) => String(status),
      ({ code }: Error & { code?: string }) => code,
    );
  expect(await call("provider.example")).toBe("200");
  expect(await call("other.example")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(await call("127.0.0.1")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  secure.stop(true);
});

/** By Python's library, which is there for its services. */
async function certificateOf(name: string): Promise<{ key: string; cert: string }> {
  const program = `
import datetime, json, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, sys.argv[1])])
now = datetime.datetime.now(datetime.timezone.utc)
built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
built = built.serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(sys.argv[1])]), False)
pem = serialization.Encoding.PEM
private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
print(json.dumps({"key": private.decode(), "cert": built.sign(key, hashes.SHA256()).public_bytes(pem).decode()}))
`;
  const python = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));
  return Bun.spawn([python, "-c", program, name]).stdout.json();
}
