import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const packages = resolve(import.meta.dirname, "../packages");

/** Which of our packages each package may depend on; the rest of the house rules follow from it. */
const mayDependOn: Readonly<Record<string, readonly string[]>> = {
  core: [],
  data: ["core"],
  "encoder-onnx": ["core"],
  "trainer-adapter": ["core"],
  "trainer-bridge": ["core"],
  search: ["core"],
  eval: ["core"],
  matcher: ["core", "data", "eval", "search"],
  semblance: [
    "core",
    "data",
    "encoder-onnx",
    "trainer-adapter",
    "trainer-bridge",
    "search",
    "eval",
    "matcher",
  ],
};

/** Heavy libraries live in one package each, and core depends on zod alone. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  core: ["zod"],
  data: ["csv-parse", "hyparquet", "modern-tar"],
  "encoder-onnx": [
    "@huggingface/tokenizers",
    "better-sqlite3",
    "onnxruntime-node",
    "piscina",
    "sharp",
    "zod",
  ],
  "trainer-adapter": ["zod"],
  "trainer-bridge": ["pythonia", "zod"],
  search: [],
  eval: [],
  matcher: ["zod"],
  semblance: ["better-sqlite3", "commander", "hyparquet", "hyparquet-writer", "zod"],
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
}

const names = readdirSync(packages);

test("every package has its place in the order of dependencies", () => {
  expect(names.toSorted()).toEqual(Object.keys(mayDependOn).toSorted());
});

test.each(names)("%s depends only on what stands below it", (name) => {
  const { dependencies = {}, peerDependencies = {} } = manifestOf(name);
  const allowed = [
    ...(mayDependOn[name] ?? []).map((other) => `@semblance/${other}`),
    ...(mayUse[name] ?? []),
  ];
  const forbidden = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (other) => !allowed.includes(other),
  );
  expect(forbidden).toEqual([]);
});

test.each(names)("%s names its dependencies by exact version", (name) => {
  const { dependencies = {}, version } = manifestOf(name);
  for (const [other, wanted] of Object.entries(dependencies)) {
    if (other.startsWith("@semblance/")) expect(wanted).toBe(version);
    else expect(wanted).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test.each(names)("%s is published with its exports, types, readme and licence", (name) => {
  const manifest = manifestOf(name);
  expect(manifest.name).toBe(`@semblance/${name}`);
  expect(manifest.license).toBe("Apache-2.0");
  expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src", "!src/**/*.test.ts"]));
  expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining([".", "./package.json"]));
  for (const file of ["README.md", "LICENSE"])
    expect(existsSync(join(packages, name, file))).toBe(true);
});

test.each(names)("%s lists its public names one by one", (name) => {
  for (const index of globSync(join(packages, name, "src/**/index.ts"))) {
    expect(readFileSync(index, "utf8")).not.toMatch(/export \*|export default/);
  }
});

test.each(["core", "eval", "search"])("%s runs anywhere: nothing of Node in it", (name) => {
  const files = globSync(join(packages, name, "src/**/*.ts"));
  for (const file of files.filter((path) => !path.endsWith(".test.ts"))) {
    expect(readFileSync(file, "utf8"), file).not.toMatch(
      /(from|import|import\() ?"node:|\bprocess\.|\bBuffer\b/,
    );
  }
});
