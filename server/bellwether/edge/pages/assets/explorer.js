const field = (name) => document.querySelector(`#${name}`);

function variables() {
  const text = field("variables").value.trim();
  return text ? JSON.parse(text) : undefined;
}

async function run() {
  const answer = field("answer");
  answer.textContent = "…";
  const started = performance.now();
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${field("token").value.trim()}` },
      body: JSON.stringify({ query: field("query").value, variables: variables() }),
    });
    const body = await response.json();
    answer.textContent = JSON.stringify(body, null, 2);
    field("took").textContent = `${response.status} · ${Math.round(performance.now() - started)} ms`;
  } catch (error) {
    answer.textContent = String(error);
    field("took").textContent = "";
  }
}

async function logIn() {
  const response = await fetch("/api/v1/auth/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: field("email").value, password: field("password").value }),
  });
  const body = await response.json();
  field("password").value = "";
  field("token").value = body.access_token ?? "";
  field("took").textContent = response.ok ? "logged in" : body.title;
}

field("run").addEventListener("click", run);
field("login").addEventListener("click", logIn);
field("query").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
