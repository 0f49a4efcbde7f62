#!/usr/bin/env node
// Plain JavaScript, so that npm can link it before anything is built, and any Node can say what it lacks.
import { existsSync } from "node:fs";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const command = new URL("../dist/command/main.js", import.meta.url);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`semblance needs Node 22.18 or newer; this is ${process.version}.\n`);
  process.exitCode = 1;
} else if (!existsSync(command)) {
  process.stderr.write("semblance is not built in this checkout. Run: npm ci && npm run build\n");
  process.exitCode = 1;
} else {
  // A reader that has seen enough, as in `| head`, is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (error.code === "EPIPE") return;
      if (stream === process.stdout) {
        process.stderr.write(`Error: The output cannot be written: ${error.message}\n`);
      }
      process.exit(1);
    });
  }
  const { main } = await import(command.href);
  process.exitCode = await main(process.argv.slice(2));
}
