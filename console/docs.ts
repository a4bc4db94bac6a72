/** Swagger UI over the merged OpenAPI document, or over one service's part of it at /docs/<service>. */
import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import { authorizing } from "./authorize.ts";

interface Operation {
  tags: [string, ...string[]];
}
interface Document {
  info: { title: string; "x-missing": string[] };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
}

/** The operations of one service by its slices, or those of all by service. */
function shown(document: Document, service: string | undefined): Document {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [owner, slice = owner] = operation.tags;
      operation.tags = [service ? slice : owner];
      if (service && owner !== service) delete methods[method];
    }
    if (Object.keys(methods).length === 0) delete document.paths[path];
  }
  if (service) {
    document.info.title = document.tags.find(({ name }) => name === service)?.description ?? service;
    document.tags = [];
  }
  // the page may have been opened under another of the platform's names, where the public one is foreign
  document.servers = [{ url: location.origin }];
  return document;
}

function tellMissing(missing: string[]): void {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.textContent = `Not shown, for the service does not answer now: ${missing.join(", ")}`;
  document.querySelector("header")?.after(notice);
}

const [service] = location.pathname.split("/").slice(2);
const answer = await fetch("/openapi.json");
const merged: Document = await answer.json();
if (merged.info["x-missing"].length > 0) tellMissing(merged.info["x-missing"]);
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
SwaggerUI({
  dom_id: "#docs",
  spec: shown(merged, service),
  plugins: [authorizing],
  docExpansion: service ? "list" : "none",
  deepLinking: true,
  filter: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  // the default sends the document to somebody else's server
  validatorUrl: null,
});
