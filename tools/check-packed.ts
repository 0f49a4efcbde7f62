// Installs every package alone, as its users would, and runs the examples of its README, on the oldest
// and the newest Node that it supports. Prints what each installation weighs.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createSnippetFiles } from "./snippet-files.ts";

const root = resolve(import.meta.dirname, "..");
const packages = join(root, "packages");
const oldestNode = "22.18.0";
// Compiled against the types as they are shipped; Node 22 does not know `await using` by itself.
const compiler = join(root, "node_modules/typescript/bin/tsc");
const compilerOptions = [
  ..."--strict --target es2023 --module nodenext --lib es2023,esnext.disposable,dom,dom.asynciterable".split(
    " ",
  ),
  ..."--skipLibCheck --types node --typeRoots".split(" "),
  join(root, "node_modules/@types"),
];

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Optional ones, which the examples of their entries need. */
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function run(command: string, parameters: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd: folder,
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  const shown = [command, ...parameters].join(" ");
  throw new Error(`${shown} failed in ${folder}:\n${error?.message ?? ""}${stdout}${stderr}`);
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
}

/** The package and everything of ours below it. */
function withDependencies(name: string): string[] {
  const own = Object.keys(manifestOf(name).dependencies ?? {})
    .filter((other) => other.startsWith("@semblance/"))
    .flatMap((other) => withDependencies(other.slice("@semblance/".length)));
  return [...new Set([...own, name])];
}

function pack(name: string, folder: string): string {
  const [file] = JSON.parse(
    run("npm", ["pack", "--json", "--pack-destination", folder], join(packages, name)),
  );
  return join(folder, file.filename);
}

/** Runs the TypeScript blocks of a README as they stand; returns how many there are. */
function runSnippets(readme: string, folder: string, nodes: readonly string[]): number {
  const blocks = readFileSync(readme, "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm);
  const snippets = Array.from(blocks, ([, code = ""]) => code);
  if (snippets.length === 0) throw new Error(`${readme} has no example.`);
  for (const [i, code] of snippets.entries()) {
    writeFileSync(join(folder, `snippet-${i}.ts`), code);
    run(process.execPath, [compiler, ...compilerOptions, `snippet-${i}.ts`], folder);
    for (const node of nodes) run(node, [`snippet-${i}.js`], folder);
  }
  return snippets.length;
}

/** Runs what the root README tells users to type, and its example. */
function checkRootReadme(folder: string): void {
  const readme = join(root, "README.md");
  const commands = Array.from(
    readFileSync(readme, "utf8").matchAll(/^npx @semblance\/semblance .*$/gm),
    ([line]) => line,
  );
  for (const line of commands) {
    // Doctor's exit code 1 says that it found something, as it does among drawn shapes.
    const script = line.includes(" doctor ") ? `${line}\ntest $? -le 1` : line;
    run("sh", ["-c", script], folder);
  }
  const examples = runSnippets(readme, folder, [process.execPath]);
  process.stdout.write(`README: ${commands.length} commands and ${examples} example(s) run\n`);
}

function sizeOf(folder: string): number {
  return globSync("**/*", { cwd: folder })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, { size }) => sum + size, 0);
}

function installNode(version: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, allowScripts: { node: true } }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", `node@${version}`], folder);
  return join(folder, "node_modules/node/bin/node");
}

interface Setting {
  readonly archives: ReadonlyMap<string, string>;
  readonly nodes: readonly string[];
  /** A folder with the files that examples speak of. */
  readonly files: string;
}

function checkPackage(name: string, { archives, nodes, files }: Setting): void {
  // A space in the path: where users keep things.
  const folder = mkdtempSync(join(tmpdir(), `semblance ${name} `));
  try {
    const manifest = { private: true, type: "module", allowScripts: { "onnxruntime-node": false } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    cpSync(join(root, ".npmrc"), join(folder, ".npmrc"));
    const own = withDependencies(name).map((other) => archives.get(other) ?? "");
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...own], folder);
    const megabytes = sizeOf(join(folder, "node_modules")) / 1e6;
    const { peerDependencies = {} } = manifestOf(name);
    const peers = Object.entries(peerDependencies).map(([peer, range]) => `${peer}@${range}`);
    if (peers.length > 0) run("npm", ["install", "--no-audit", "--no-fund", ...peers], folder);
    cpSync(files, folder, { recursive: true });
    const count = runSnippets(join(packages, name, "README.md"), folder, nodes);
    process.stdout.write(
      `${name}: ${megabytes.toFixed(1)} MB installed, ${count} README example(s) run on ${nodes.length} versions of Node\n`,
    );
    if (name === "semblance") checkRootReadme(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const working = mkdtempSync(join(tmpdir(), "semblance-packed-"));
try {
  const names = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(packages);
  const all = [...new Set(names.flatMap(withDependencies))];
  const archives = new Map(all.map((name) => [name, pack(name, working)]));
  const nodes = [installNode(oldestNode, join(working, "oldest-node")), process.execPath];
  const files = join(working, "files");
  await createSnippetFiles(files);
  for (const name of names) checkPackage(name, { archives, nodes, files });
} finally {
  rmSync(working, { recursive: true, force: true });
}
