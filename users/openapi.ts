import { Harness } from "./harness.ts";
import { serviceNames } from "./platform/settings.ts";

// prints the OpenAPI document of each service as one JSON object, for contracts/
const harness = await Harness.ready();
const documents: Record<string, unknown> = {};
for (const name of serviceNames) {
  const answer = await harness.composed.app.request(`/api/v1/${name}/openapi.json`);
  documents[name] = await answer.json();
}
process.stdout.write(JSON.stringify(documents));
process.exit(0);
