// GraphiQL over this server, opened on the worked examples. It loads nothing from elsewhere, and
// follows the light or the dark of the system until its settings say otherwise.
import { GraphiQL } from "graphiql";
import { useEditorContext } from "@graphiql/react";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./ide.css";

async function ask(parameters) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
    },
    body: JSON.stringify(parameters),
  });
  return response.json();
}

const examples = await (await fetch("/ide/examples.json")).json();

function Examples() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const open = ({ query }) => {
    queryEditor?.setValue(query);
    variableEditor?.setValue("");
  };
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <ol>
        {examples.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => open(example)}>
              {example.title}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 6h2m3 0h11M4 12h2m3 0h11M4 18h2m3 0h11" />
    </svg>
  );
}

const plugin = { title: "Examples", icon: Icon, content: Examples };

// The page opens on the examples. GraphiQL hides the panel of a plugin until its button is pressed,
// whatever plugin it is told to show.
function Title() {
  useEffect(() => {
    const opening = setTimeout(() => document.querySelector('[aria-label="Show Examples"]')?.click());
    return () => clearTimeout(opening);
  }, []);
  return <span className="title">Interdiction</span>;
}

createRoot(document.getElementById("ide")).render(
  <GraphiQL
    fetcher={ask}
    defaultTabs={[{ query: examples[0].query }]}
    plugins={[plugin]}
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>
      <Title />
    </GraphiQL.Logo>
  </GraphiQL>,
);
