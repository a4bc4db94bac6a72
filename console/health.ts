/** A table of the platform's services, read once. */
interface Health {
  service: string;
  state: "ready" | "degraded" | "not ready" | "down";
  version: string;
  latency_ms: number | null;
  reasons: string[];
}

const LOOK = { ready: "ready", degraded: "waiting", "not ready": "waiting", down: "down" };

function row(health: Health): HTMLTableRowElement {
  const line = document.createElement("tr");
  const name = document.createElement("a");
  name.href = `/docs/${health.service}`;
  name.textContent = health.service;
  line.insertCell().append(name);
  const state = line.insertCell();
  state.textContent = health.state;
  state.className = `state ${LOOK[health.state]}`;
  const latency = health.latency_ms === null ? "–" : `${health.latency_ms.toFixed(1)} ms`;
  for (const text of [health.version || "–", latency, health.reasons.join("; ")]) line.insertCell().textContent = text;
  return line;
}

const answer = await fetch("/healthz", { headers: { Accept: "application/json" } });
const found: { version: string; services: Health[] } = await answer.json();
const ready = found.services.filter(({ state }) => state === "ready" || state === "degraded");
document
  .querySelector("#summary")
  ?.append(`${ready.length} of ${found.services.length} services are ready. bellwether ${found.version}.`);
document.querySelector("#services")?.append(...found.services.map(row));
