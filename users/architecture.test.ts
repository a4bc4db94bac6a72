import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Glob } from "bun";
import ts from "typescript";
import { serviceNames } from "./platform/settings.ts";

// The rooms of the Bun side and what holds between them; each test has a sentence as its name.
const root = import.meta.dir;
const all = [...new Glob("**/*.ts").scanSync(root)].filter((file) => !file.startsWith("node_modules/")).sort();
const isTest = (file: string) => file.endsWith(".test.ts") || file.startsWith("testing/");
const sources = all.filter((file) => !isTest(file));
const parsed = new Map(
  all.map((file) => [
    file,
    ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true),
  ]),
);
const textOf = (file: string) => parsed.get(file)?.text ?? "";

/** `start`: loaded with the file; `later`: loaded by `import()`; `types`: gone before anything runs. */
type Import = { name: string; when: "start" | "later" | "types" };
const imports = new Map(all.map((file) => [file, importsIn(file)]));

/** What a file imports: files as paths from here, packages as `npm:name`. */
const importsOf = (file: string) => (imports.get(file) ?? []).map(({ name }) => name);

function importsIn(file: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, when: Import["when"]) => {
    const name = ts.isStringLiteral(node) ? node.text : "";
    const path = name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : `npm:${name}`;
    found.push({ name: path, when });
  };
  visit(parsed.get(file), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isOfTypes(node) ? "types" : "start");
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, "start");
    const [argument] = ts.isCallExpression(node) ? node.arguments : [];
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && argument)
      add(argument, "later");
  });
  return found;
}

function isOfTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause || importClause.isTypeOnly) return importClause !== undefined;
  const { name, namedBindings } = importClause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}
function visit(node: ts.Node | undefined, see: (node: ts.Node) => void): void {
  if (!node) return;
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Everything that runs with a file, at whatever distance. */
function reachedFrom(file: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [file];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const { name, when } of imports.get(next) ?? [])
      if (when !== "types" && !reached.has(name)) {
        reached.add(name);
        waiting.push(name);
      }
  return reached;
}

function breaches(inFiles: RegExp, isForbidden: (imported: string, file: string) => boolean): string[] {
  return sources
    .filter((file) => inFiles.test(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((imported) => isForbidden(imported, file))
        .map((imported) => `${file} -> ${imported}`),
    );
}

const services: readonly string[] = serviceNames;
const inServices = new RegExp(`^(${services.join("|")})/`);
/** The rooms of the platform, each with those it may use; its words (clock, ids, problems ...) are for everyone. */
const rooms: Record<string, string[]> = {
  telemetry: [],
  dynamo: ["telemetry"],
  secrets: ["dynamo", "telemetry"],
  identity: ["secrets", "dynamo", "telemetry"],
  events: ["dynamo", "telemetry"],
  mail: ["dynamo", "secrets", "telemetry"],
  outgoing: [],
  http: ["identity", "secrets", "dynamo", "telemetry"],
  pages: ["http", "identity", "secrets", "dynamo", "telemetry"],
  sockets: ["identity", "telemetry"],
};
const words = [
  "addresses",
  "at-most",
  "catalogue.gen",
  "clock",
  "hashes",
  "ids",
  "networks",
  "personal-data",
  "problems",
  "roles",
  "settings",
].map((name) => `platform/${name}.ts`);
/** The first folder of a path; within the platform its room. */
function roomOf(path: string): string {
  const [first = "", second = "", third] = path.split("/");
  if (first !== "platform") return first.endsWith(".ts") ? "root" : first;
  return third === undefined ? path : second;
}

test("services do not import each other", () => {
  const foreign = (imported: string, file: string) =>
    services.includes(roomOf(imported)) && roomOf(imported) !== roomOf(file);
  expect(breaches(inServices, foreign)).toEqual([]);
});

test("services and platform know neither the composition, nor the commands, nor what tests need", () => {
  const above = (imported: string) => ["composition", "testing", "root"].includes(roomOf(imported));
  expect(
    breaches(new RegExp(`${inServices.source}|^platform/`), (name) => !name.startsWith("npm:") && above(name)),
  ).toEqual([]);
});

test("the platform knows no service", () => {
  expect(breaches(/^platform\//, (imported) => services.includes(roomOf(imported)))).toEqual([]);
});

test("every room of the platform is named here and uses those below it only", () => {
  const found = new Set(
    sources.filter((file) => file.split("/").length === 3 && file.startsWith("platform/")).map(roomOf),
  );
  expect([...found].sort()).toEqual(Object.keys(rooms).sort());
  const mayUse = (file: string) => [roomOf(file), ...(rooms[roomOf(file)] ?? []), ...words];
  const foreign = (imported: string, file: string) =>
    !imported.startsWith("npm:") && !mayUse(file).includes(roomOf(imported));
  expect(breaches(/^platform\/\w+\//, foreign)).toEqual([]);
});

test("the words of the platform stand on no room", () => {
  const above = (imported: string) => !imported.startsWith("npm:") && !words.includes(imported);
  for (const word of words) expect([word, ...importsOf(word).filter(above)]).toEqual([word]);
});

test("routes never import a repository", () => {
  expect(breaches(/routes\.ts$/, (imported) => /repository\.ts$/.test(imported))).toEqual([]);
});

test("services, repositories and problems know nothing of the web framework, at whatever distance", () => {
  const inner = sources.filter((file) => /(service|repository|models)\.ts$/.test(file));
  for (const file of [...inner, "platform/problems.ts"])
    expect([file, ...[...reachedFrom(file)].filter((name) => /^npm:(hono|@hono)/.test(name))]).toEqual([file]);
});

test("repositories never import what crosses the wire", () => {
  expect(breaches(/repository\.ts$/, (imported) => /schemas\.ts$/.test(imported))).toEqual([]);
});

test("only repositories and the platform know key strings", () => {
  const knows = (imported: string, file: string) =>
    imported === "platform/dynamo/keys.ts" && !file.endsWith("repository.ts");
  expect(breaches(inServices, knows)).toEqual([]);
});

test("each library has one room: nobody else imports it", () => {
  const homes: Record<string, RegExp> = {
    "@aws-sdk/": /^platform\/dynamo\//,
    "prom-client": /^platform\/telemetry\//,
    "@opentelemetry/": /^platform\/telemetry\//,
    "@nats-io/": /^platform\/events\//,
    nodemailer: /^platform\/mail\//,
    otplib: /^auth\/factors\//,
    uqr: /^auth\/factors\//,
    "@simplewebauthn/": /^auth\/passkeys\//,
    jose: /^platform\/identity\//,
    ai: /^chats\/emilia\/model\//,
    "@ai-sdk/": /^chats\/emilia\/model\//,
    "openid-client": /^auth\/institutions\//,
    "oidc-provider": /^auth\/provider\//,
    minisearch: /^chats\/documentation\//,
    pdfkit: /^chats\/exports\/print.ts$/,
    fontkit: /^chats\/exports\/print.ts$/,
    "@modelcontextprotocol/": /^(chats\/mcp\/|mcp\.ts$)/,
  };
  // a benchmark measures beside the library itself
  for (const [library, home] of Object.entries(homes))
    expect(
      breaches(/^(?!benchmarks\/)/, (name, file) => name.startsWith(`npm:${library}`) && !home.test(file)),
    ).toEqual([]);
});

test("Amazon's chain, the exporter of traces and the mailer are loaded by those who need them, never at start", () => {
  const isCostly = (name: string) => /^npm:(@aws-sdk\/|nodemailer)|\/exported-traces\.ts$/.test(name);
  const served = sources.filter((file) => !file.startsWith("benchmarks/"));
  const costly = served.flatMap((file) => imports.get(file) ?? []).filter(({ name }) => isCostly(name));
  expect(costly.filter(({ when }) => when === "later").length).toBeGreaterThan(1);
  expect(costly.filter(({ when }) => when === "start")).toEqual([]);
});

test("libraries of models, of their protocol and of the documentation are loaded when somebody uses them", () => {
  const ofModels = (name: string) => /^npm:(ai$|@ai-sdk\/|@modelcontextprotocol\/|minisearch)/.test(name);
  const found = sources.flatMap((file) => imports.get(file) ?? []).filter(({ name }) => ofModels(name));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ when }) => when === "start")).toEqual([]);
});

test("what prints runs in a process of its own: nobody imports it", () => {
  expect(sources.filter((file) => importsOf(file).includes("chats/exports/print.ts"))).toEqual([]);
});

test("an address that somebody has set is called by way of platform/outgoing: who else calls the network stands here", () => {
  const callers = [
    "auth/provider/door.ts",
    "chats/emilia/model/models.ts",
    "composition/farm-invitations.ts",
    "composition/other-services.ts",
    "platform/dynamo/client.ts",
    "platform/identity/published-keys.ts",
    "platform/outgoing/outgoing.ts",
  ];
  const found = new Set<string>();
  for (const file of sources.filter((name) => !name.startsWith("benchmarks/")))
    visit(parsed.get(file), (node) => {
      const callee = ts.isCallExpression(node) ? node.expression.getText() : "";
      if (/^(globalThis\.)?fetch$/.test(callee)) found.add(file);
    });
  expect([...found].sort()).toEqual(callers);
});

test("OpenID Connect is loaded by the first who needs it", () => {
  const found = sources
    .flatMap((file) => imports.get(file) ?? [])
    .filter(({ name }) => /^npm:(openid-client|oidc-provider)/.test(name));
  expect(found.filter(({ when }) => when === "start")).toEqual([]);
});

test("the rules of WebAuthn are loaded when somebody first needs them", () => {
  const found = sources
    .flatMap((file) => imports.get(file) ?? [])
    .filter(({ name }) => name.includes("simplewebauthn"));
  expect(found.map(({ when }) => when)).toEqual(["later"]);
});

test("there is no circle of imports", () => {
  const local = (file: string) => importsOf(file).filter((name) => parsed.has(name));
  const done = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file)) return;
    for (const next of local(file)) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of all) walk(file, []);
  expect(done.size).toBe(all.length);
});

test("no folder holds more than 15 source files", () => {
  const counts = Map.groupBy(sources, dirname);
  expect([...counts].filter(([, files]) => files.length > 15).map(([folder]) => folder)).toEqual([]);
});

test("no file outgrows 300 lines, no test 400", () => {
  const limit = (file: string) => (isTest(file) ? 400 : 300);
  expect(all.filter((file) => textOf(file).split("\n").length > limit(file))).toEqual([]);
});

test("no function is longer than 50 lines", () => {
  const long: string[] = [];
  for (const file of sources)
    visit(parsed.get(file), (node) => {
      if (!ts.isFunctionLike(node)) return;
      const lines = (textOf(file).slice(node.getStart(), node.end).match(/\n/g)?.length ?? 0) + 1;
      if (lines > 50) long.push(`${file}: ${node.name?.getText() ?? "a function"} has ${lines}`);
    });
  expect(long).toEqual([]);
});

test("a file's name says what it holds", () => {
  expect(all.filter((file) => /\b(utils?|helpers?|common|misc|manager|shared|lib)\b/.test(file))).toEqual([]);
});

test("nothing is of type any, and no check of types is switched off", () => {
  const loose: string[] = [];
  for (const file of all) {
    visit(parsed.get(file), (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) loose.push(`${file}: any`);
    });
    if (/@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(textOf(file)) && file !== "architecture.test.ts")
      loose.push(`${file}: a check is switched off`);
  }
  expect(loose).toEqual([]);
});

test("only the commands read the environment", () => {
  const commands = ["main.ts", "mcp.ts", "setup.ts"];
  expect(sources.filter((file) => textOf(file).includes("process.env") && !commands.includes(file))).toEqual([]);
});
