// The pages of the IDE in a real Chromium, over a demo of its own: each opens on an example, runs
// it, shows the answer and the documentation, in the dark and in the light, and asks for nothing
// that the server does not have.
//   node test.mjs PROGRAM CHROMIUM SCREENSHOTS
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, executablePath, screenshots] = process.argv.slice(2);
const PATIENCE = { timeout: 30_000 };
// A screenshot with fewer colours, or with more of one, shows no page.
const COLOURS_MIN = 100;
const COMMONEST_MAX = 0.97;
await mkdir(screenshots, { recursive: true });
const server = spawn(program, ["demo", "--listen", "127.0.0.1:0"], {
  stdio: ["ignore", "ignore", "pipe"],
});
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let passed = 0;
try {
  const address = await listening(server);
  for (const colorScheme of ["dark", "light"]) {
    await graphiql(address, colorScheme);
    await small(address, colorScheme);
  }
  console.log(`pages: ${passed} passed, 0 failed`);
} finally {
  await browser.close();
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}

async function graphiql(address, colorScheme) {
  const page = await open(`${address}/`, colorScheme);
  const answer = page.locator(".result-window");
  const run = page.locator(".graphiql-execute-button");
  await run.click(PATIENCE);
  const radar = answer.getByText('"GROUND_RADAR"').first();
  await radar.waitFor(PATIENCE);
  await answer.getByText("Nogales flight").first().waitFor(PATIENCE);
  await seen(page, radar);
  await pictured(page, `graphiql-${colorScheme}-first`);
  await page.getByRole("button", { name: "The whole chain" }).click(PATIENCE);
  await run.click(PATIENCE);
  await answer.getByText('"participants"').first().waitFor(PATIENCE);
  await pictured(page, `graphiql-${colorScheme}-examples`);
  await page.getByRole("button", { name: "Documentation Explorer" }).click(PATIENCE);
  await page.getByRole("link", { name: "Query", exact: true }).first().click(PATIENCE);
  await page.getByText("What it may not see is absent everywhere").waitFor(PATIENCE);
  await shown(page, `graphiql-${colorScheme}`, ".graphiql-container", colorScheme);
}

async function small(address, colorScheme) {
  const page = await open(`${address}/ide/small.html`, colorScheme);
  await page.getByText("Distinct seizures.").first().waitFor(PATIENCE);
  await page.locator("#run").click(PATIENCE);
  const answer = page.locator("#answer", { hasText: '"GROUND_RADAR"' });
  await answer.waitFor(PATIENCE);
  assert.match(await answer.textContent(), /"mass": "1148\.05915913"/);
  await shown(page, `small-${colorScheme}`, "body", colorScheme);
}

// A page that fails the test for every fault that the browser tells of, and every request that goes
// anywhere but to the server.
async function open(url, colorScheme) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (line) => line.type() === "error" && page.faults.push(line.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    const isOurs = asked.origin === new URL(url).origin || asked.protocol === "data:";
    if (!isOurs) page.faults.push(`asks for ${asked}`);
  });
  await page.goto(url, PATIENCE);
  return page;
}

// It lies within what the window shows.
async function seen(page, found) {
  const { x, y, width, height } = await found.boundingBox();
  const window = page.viewportSize();
  const isSeen = x >= 0 && y >= 0 && x + width <= window.width && y + height <= window.height;
  assert(isSeen, `${found} is outside the window, at ${x}, ${y}`);
}

// Takes a screenshot, which is not blank: letters, smoothed at their edges, are of many colours.
async function pictured(page, name) {
  const picture = await page.screenshot({ path: `${screenshots}/${name}.png` });
  const blank = await browser.newPage();
  const counts = await blank.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    const counts = new Map();
    for (const colour of new Uint32Array(data.buffer)) {
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts.values()];
  }, picture.toString("base64"));
  await blank.close();
  const pixels = counts.reduce((sum, count) => sum + count);
  const commonest = Math.max(...counts) / pixels;
  const told = `${counts.length} colours, the commonest on ${commonest.toFixed(3)} of it`;
  assert(counts.length >= COLOURS_MIN && commonest <= COMMONEST_MAX, `${name} is blank: ${told}`);
}

async function shown(page, name, element, colorScheme) {
  await pictured(page, name);
  assert.deepEqual(page.faults, [], name);
  const colour = await page.locator(element).first().evaluate((element) => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(element).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
  const [red, green, blue, opacity] = colour;
  // What has no colour of its own shows the browser's, which follows the scheme.
  if (opacity > 0) assert.equal(red + green + blue < 384, colorScheme === "dark", `${name} ${colour}`);
  await page.context().close();
  passed += 1;
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
