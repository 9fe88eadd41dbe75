// Runs every check of graphql-http's audit against a server of its own; all of them have to pass.
//   node audit.mjs PROGRAM
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { serverAudits } from "graphql-http";

const [program] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "interdiction-audit-"));
const store = `sqlite:${join(folder, "audit.db")}`;
const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--store", store], {
  stdio: ["ignore", "inherit", "pipe"],
});

try {
  const address = await listening(server);
  const audits = serverAudits({ url: `${address}/graphql` });
  const failures = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== "ok") failures.push(`${audit.id} ${audit.name}: ${result.reason}`);
  }
  for (const failure of failures) console.error(failure);
  console.log(`audit: ${audits.length - failures.length} passed, ${failures.length} failed`);
  if (failures.length > 0 || audits.length < 60) process.exitCode = 1;
} finally {
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true });
}

// The server says where it listens once it does.
async function listening(server) {
  for await (const line of createInterface({ input: server.stderr })) {
    const [found] = line.match(/http:\S+/) ?? [];
    if (found) return found;
    console.error(line);
  }
  throw new Error("the server ended before it listened");
}
