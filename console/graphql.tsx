/** GraphiQL with a log-in; the schema is public, so that completion and its documentation need no token. */
import "graphiql/style.css";
import "./graphql.css";
import { GraphiQL } from "graphiql";
import { buildSchema } from "graphql";
import { createRoot } from "react-dom/client";
import { accessToken } from "./login.ts";

const FLOCKS = `# The flocks that you may see.
# Log in above, then Ctrl+Enter.
query Flocks {
  flocks(first: 20) {
    nodes { id name }
    pageInfo { endCursor hasNextPage }
  }
}
`;
const ANIMALS = `# One question across services:
# the id of a flock goes to Variables.
query Animals($flock: ID!) {
  flock(id: $flock) {
    name
    animals(first: 20) {
      nodes {
        tag
        sire { tag }
        dam { tag }
        weights { trait weightKg occurredOn }
        breedingValues { trait value reliability }
      }
    }
  }
}
`;

let token = "";

function bar(form: HTMLFormElement, said: HTMLOutputElement): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = new FormData(form);
    const text = (name: string) => String(typed.get(name) ?? "");
    try {
      token = await accessToken({ email: text("email"), password: text("password"), token: text("token") });
      form.reset();
      said.value = "Logged in";
    } catch (error) {
      said.value = (error as Error).message;
    }
  });
}

async function ask(body: object): Promise<object> {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

const form = document.querySelector<HTMLFormElement>("#login");
const said = form?.querySelector("output");
const place = document.querySelector("#graphql");
if (!form || !said || !place) throw new Error("The page has lost its parts.");
bar(form, said);
const sdl = await fetch("/graphql", { headers: { Accept: "text/plain" } });
createRoot(place).render(
  <GraphiQL
    fetcher={ask}
    schema={buildSchema(await sdl.text())}
    defaultTabs={[{ query: FLOCKS }, { query: ANIMALS, variables: '{"flock": ""}' }]}
    isHeadersEditorEnabled={false}
    showPersistHeadersSettings={false}
  />,
);
