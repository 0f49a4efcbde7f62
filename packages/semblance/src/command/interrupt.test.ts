import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWithPairs, tinyModel } from "../../fixtures/tiny-model.ts";

const command = new URL("main.ts", import.meta.url).href;
const program = `const { main } = await import("${command}"); process.exitCode = await main(process.argv.slice(1));`;
const node = ["--conditions=@semblance/source", "--input-type=module", "-e", program, "--"];

/** Runs the command in a process of its own; sends it SIGINT once `isDue` is content with stderr. */
async function interrupt(parameters: readonly string[], isDue: (stderr: string) => boolean) {
  const child = spawn(process.execPath, [...node, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    if (isDue(stderr)) child.kill("SIGINT");
  });
  const [exitCode] = await once(child, "close");
  return { exitCode, stdout, stderr };
}

function longWork(): string[] {
  const folder = folderWithPairs();
  const lines = Array.from({ length: 200_000 }, (_, i) => `caption number ${i}`);
  writeFileSync(join(folder, "texts.txt"), lines.join("\n"));
  return ["embed", "-m", tinyModel, "-o", folder, "--texts", join(folder, "texts.txt"), "--json"];
}

test("Ctrl-C ends the work with exit code 130 and says so in the document", async () => {
  let isSent = false;
  const { exitCode, stdout, stderr } = await interrupt(longWork(), (text) => {
    const isDue = !isSent && text.includes("embedding texts");
    isSent ||= isDue;
    return isDue;
  });
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toEqual({
    schema: 1,
    failures: [],
    error: { code: "INTERRUPTED", message: "Interrupted by Ctrl-C." },
  });
  expect(stderr).toContain("Press Ctrl-C again to end at once.");
  expect(stderr).not.toMatch(/\n +at /);
});
