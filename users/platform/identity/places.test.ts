import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distance, Places } from "./places.ts";

const folder = mkdtempSync(join(tmpdir(), "bellwether-places-"));
function table(...rows: string[]): string {
  const file = join(folder, crypto.randomUUID());
  writeFileSync(file, ["network,country,latitude,longitude", ...rows].join("\n"));
  return file;
}
const headers = "cf-country, cf-lat, cf-lon";
const from = (given: Record<string, string>) => (name: string) => given[name];
const told = from({ "cf-country": "GB", "cf-lat": "54.62", "cf-lon": "-3.14" });
const file = table("192.0.2.0/24,NZ,-41,175", "2001:db8::/32,AU,-33,151", "198.51.100.128/25,FR,,");

test("what a trusted proxy says counts, rounded to whole degrees", () => {
  const places = new Places({ headers, file });
  expect(places.of(told, "192.0.2.7", true)).toEqual({ country: "GB", latitude: 55, longitude: -3 });
  expect(places.of(told, "192.0.2.7", false)).toEqual({ country: "NZ", latitude: -41, longitude: 175 });
});

test.each<[string, string | undefined]>([
  ["192.0.1.255", undefined],
  ["192.0.2.0", "NZ"],
  ["192.0.2.255", "NZ"],
  ["192.0.3.0", undefined],
  ["::ffff:192.0.2.9", "NZ"],
  ["198.51.100.127", undefined],
  ["198.51.100.200", "FR"],
  ["2001:db8:ffff::1", "AU"],
  ["2001:db9::1", undefined],
  ["unknown", undefined],
])("%s is in %p", (address, country) => {
  expect(new Places({ headers: "", file }).of(() => undefined, address, true)?.country).toBe(country as string);
});

test("without a source, and for what is no place, nothing is said", () => {
  expect(new Places({ headers: "", file: undefined }).of(told, "192.0.2.7", true)).toBeUndefined();
  const only = new Places({ headers: "cf-country", file: undefined });
  for (const country of ["XX", "", "gb", "GBR", "<b>"])
    expect(only.of(from({ "cf-country": country }), "::1", true)).toBeUndefined();
  const odd = from({ "cf-country": "GB", "cf-lat": "91", "cf-lon": "0" });
  expect(new Places({ headers, file: undefined }).of(odd, "::1", true)).toEqual({ country: "GB" });
});

test.each([
  ["192.0.2.0,GB,1,1", "row 2"],
  ["192.0.2.0/33,GB,1,1", "row 2"],
  ["192.0.2.0/24,Britain,1,1", "row 2"],
  ["nowhere/8,GB,1,1", "row 2"],
])("a table with %s is refused at start", (row, where) => {
  expect(() => new Places({ headers: "", file: table(row) })).toThrow(where);
});

test("a missing table and half a set of headers are refused at start", () => {
  expect(() => new Places({ headers: "", file: join(folder, "none") })).toThrow("SESSIONS_PLACES_FILE");
  expect(() => new Places({ headers: "a,b", file: undefined })).toThrow("SESSIONS_PLACE_HEADERS");
});

test("London and Wellington are 18,800 km apart", () => {
  const [london, wellington] = [
    { country: "GB", latitude: 51.5, longitude: -0.1 },
    { country: "NZ", latitude: -41.3, longitude: 174.8 },
  ];
  expect(Math.round((distance(london, wellington) ?? 0) / 100)).toBe(188);
  expect(distance(london, { country: "NZ" })).toBeUndefined();
});
