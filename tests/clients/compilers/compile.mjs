// Compiles the worked examples with what clients of others are written by: relay-compiler and
// graphql-codegen, against the published schema; then TypeScript checks what both have written.
//   node compile.mjs SCHEMA EXAMPLES FOLDER
// The examples have no names, which both tools want: copies in FOLDER are named after their files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@graphql-codegen/cli";
import { Kind, parse, print } from "graphql";

const [schema, examples, folder] = process.argv.slice(2);
const programs = join(dirname(fileURLToPath(import.meta.url)), "node_modules", ".bin");
// Texts on the wire, each: 64 bits and decimals have more digits than a number of JavaScript.
const SCALARS = { BigInt: "string", DateTime: "string", Decimal: "string", EDTF: "string" };

const questions = await named();
assert.equal(questions.length, 20);
await rm(folder, { recursive: true, force: true });
await relay();
await codegen();
await typescript();
console.log(`compilers: relay and graphql-codegen took ${questions.length} documents each`);

// Each example with its operation named after its file.
async function named() {
  const files = (await readdir(examples)).filter((file) => file.endsWith(".graphql")).sort();
  const read = async (file) => {
    const words = file.replace(/^[\d-]+|\.graphql$/g, "").split("-");
    const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
    const document = parse(await readFile(join(examples, file), "utf8"));
    const [operation, ...others] = document.definitions;
    assert.deepEqual([operation.kind, others], [Kind.OPERATION_DEFINITION, []], file);
    const value = `${name}Query`;
    return { name, text: print({ ...operation, name: { kind: Kind.NAME, value } }) };
  };
  return Promise.all(files.map(read));
}

async function relay() {
  const sources = join(folder, "relay");
  const artifacts = join(sources, "__generated__");
  await mkdir(artifacts, { recursive: true });
  for (const { name, text } of questions) {
    const module = ['import { graphql } from "relay-runtime";', "", `graphql\`\n${text}\`;`, ""];
    await writeFile(join(sources, `${name}.ts`), module.join("\n"));
  }
  const config = {
    src: sources,
    schema,
    language: "typescript",
    artifactDirectory: artifacts,
    eagerEsModules: true,
    customScalarTypes: SCALARS,
    requireCustomScalarTypes: true,
  };
  await writeFile(join(folder, "relay.config.json"), JSON.stringify(config));
  run("relay-compiler", join(folder, "relay.config.json"));
  const written = await readdir(artifacts);
  const wanted = questions.map(({ name }) => `${name}Query.graphql.ts`);
  assert.deepEqual(written.sort(), wanted.sort());
}

async function codegen() {
  const sources = join(folder, "codegen");
  await mkdir(sources, { recursive: true });
  for (const { name, text } of questions) await writeFile(join(sources, `${name}.graphql`), text);
  const written = join(sources, "documents.ts");
  await generate({
    schema,
    documents: join(sources, "*.graphql"),
    silent: true,
    errorsOnly: true,
    generates: {
      [written]: {
        plugins: ["typescript-operations", "typed-document-node"],
        config: { scalars: SCALARS, strictScalars: true, useTypeImports: true },
      },
    },
  }, true);
  const text = await readFile(written, "utf8");
  for (const { name } of questions) assert(text.includes(`export const ${name}QueryDocument =`));
}

// What was generated is of the types that it says, and uses nothing that is not there.
async function typescript() {
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2022",
      skipLibCheck: true,
      types: [],
    },
    include: ["codegen/*.ts", "relay/__generated__/*.ts"],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  run("tsc", "--project", join(folder, "tsconfig.json"));
}

function run(program, ...given) {
  const ran = spawnSync(join(programs, program), given, { encoding: "utf8" });
  assert.equal(ran.status, 0, `${program} failed\n${ran.stdout}${ran.stderr}`);
}
