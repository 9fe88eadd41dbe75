// A document, its answer, and what the schema says of itself. Nothing is loaded from elsewhere.
const byId = (id) => document.getElementById(id);
const [examples, run, text, variables] = ["examples", "run", "document", "variables"].map(byId);

async function ask(query, values) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables: values }),
  });
  return response.json();
}

async function answer() {
  run.disabled = true;
  try {
    const told = await ask(text.value, JSON.parse(variables.value || "{}"));
    byId("answer").textContent = JSON.stringify(told, null, 2);
  } catch (error) {
    byId("answer").textContent = String(error);
  }
  run.disabled = false;
}

async function offer() {
  const known = await (await fetch("/ide/examples.json")).json();
  examples.replaceChildren(...known.map(({ title }, at) => new Option(title, at)));
  const show = () => (text.value = known[examples.value].query);
  examples.addEventListener("change", show);
  show();
}

const OF_SCHEMA = `{ __schema { types { name description
  fields { name description type { ...T } } inputFields { name description type { ...T } }
  enumValues { name description } } } }
  fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }`;

function typed(type) {
  if (type.kind === "NON_NULL") return `${typed(type.ofType)}!`;
  return type.kind === "LIST" ? `[${typed(type.ofType)}]` : type.name;
}

async function explain() {
  const { data } = await ask(OF_SCHEMA, {});
  const lines = data.__schema.types.filter(({ name }) => !name.startsWith("__")).map((type) => {
    const members = [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])];
    const told = members.map(
      (one) => `  ${one.name}${one.type ? `: ${typed(one.type)}` : ""}\n    ${one.description}`,
    );
    return `${type.name}\n${type.description}\n${told.join("\n")}\n`;
  });
  const search = () => {
    const wanted = byId("search").value.toLowerCase();
    const found = lines.filter((line) => line.toLowerCase().includes(wanted));
    byId("documentation").textContent = found.join("\n");
  };
  byId("search").addEventListener("input", search);
  search();
}

run.addEventListener("click", answer);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) answer();
});
await offer();
await explain();
