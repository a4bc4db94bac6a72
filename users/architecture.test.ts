import { expect, test } from "bun:test";
import { Glob } from "bun";
import { serviceNames } from "./platform/settings.ts";

// The import contracts: each has a sentence as its name.
const services: readonly string[] = serviceNames;
const files = [...new Glob(`{platform,${services.join(",")}}/**/*.ts`).scanSync(import.meta.dir)];
const sources = files.filter((file) => !file.endsWith(".test.ts"));
const ofServices = new RegExp(`^(${services.join("|")})/`);

/** What a file imports, as paths from here. */
async function importsOf(file: string): Promise<string[]> {
  const text = await Bun.file(new URL(file, import.meta.url)).text();
  const named = [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, path]) =>
    new URL(path ?? "", `file:///${file}`).pathname.slice(1),
  );
  const packages = [...text.matchAll(/from "([^."][^"]*)"/g)].map(([, name]) => `npm:${name}`);
  return [...named, ...packages];
}

async function breaches(inFiles: RegExp, isForbidden: (imported: string, file: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const file of sources.filter((name) => inFiles.test(name)))
    for (const imported of await importsOf(file)) if (isForbidden(imported, file)) found.push(`${file} -> ${imported}`);
  return found;
}
const folderOf = (path: string) => path.split("/")[0] ?? "";

test("services do not import each other", async () => {
  const foreign = (imported: string, file: string) =>
    services.includes(folderOf(imported)) && folderOf(imported) !== folderOf(file);
  expect(await breaches(ofServices, foreign)).toEqual([]);
});

test("platform knows no service", async () => {
  expect(await breaches(/^platform\//, (imported) => services.includes(folderOf(imported)))).toEqual([]);
});

test("routes never import a repository", async () => {
  expect(await breaches(/routes\.ts$/, (imported) => /repository\.ts$/.test(imported))).toEqual([]);
});

test("services and repositories know nothing of HTTP frameworks", async () => {
  expect(await breaches(/(service|repository|models)\.ts$/, (imported) => /^npm:(hono|@hono)/.test(imported))).toEqual(
    [],
  );
});

test("repositories never import what crosses the wire", async () => {
  expect(await breaches(/repository\.ts$/, (imported) => /schemas\.ts$/.test(imported))).toEqual([]);
});

test("only repositories and the platform know key strings", async () => {
  const knows = (imported: string, file: string) =>
    imported === "platform/dynamo/keys.ts" && !/repository\.ts$/.test(file);
  expect(await breaches(ofServices, knows)).toEqual([]);
});

test("nothing reads the environment at import", async () => {
  const reading: string[] = [];
  for (const file of sources.filter((name) => !name.startsWith("testing/")))
    if ((await Bun.file(new URL(file, import.meta.url)).text()).includes("process.env")) reading.push(file);
  expect(reading).toEqual([]);
});

test("no file outgrows 300 lines", async () => {
  const long: string[] = [];
  for (const file of sources)
    if ((await Bun.file(new URL(file, import.meta.url)).text()).split("\n").length > 300) long.push(file);
  expect(long).toEqual([]);
});
