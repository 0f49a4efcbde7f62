import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["@semblance/source", "module", "node", "development|production"];
const toolPath = (name: string) => fileURLToPath(new URL(`./tools/${name}`, import.meta.url));
const alias = {
  "#chromium": toolPath("chromium.ts"),
  "#figures": toolPath("record-figures.ts"),
  "#hub-server": toolPath("hub-server.ts"),
  "#shared": toolPath("shared.ts"),
};

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions } },
  resolve: { conditions, alias },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "examples/**/*.test.ts",
      "tools/**/*.test.ts",
      "benchmarks/**/*.test.ts",
    ],
    exclude: process.env.SEMBLANCE_SLOW ? [] : ["**/*.slow.test.ts"],
    // pythonia starts a process as a side effect of being loaded: a process per file, not a thread.
    pool: "forks",
    setupFiles: ["tools/fail-on-console.ts"],
    testTimeout: 20_000,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: ["text"],
      thresholds: { lines: 90, functions: 90, statements: 90 },
    },
  },
});

export default config;
