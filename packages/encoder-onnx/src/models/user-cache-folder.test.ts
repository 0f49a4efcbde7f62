import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { userCacheFolder } from "./user-cache-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test.runIf(process.platform === "linux")("caches lie where the desktop says", () => {
  vi.stubEnv("XDG_CACHE_HOME", "/somewhere/else");
  expect(userCacheFolder()).toBe("/somewhere/else/semblance");
  vi.stubEnv("XDG_CACHE_HOME", "");
  expect(userCacheFolder()).toBe(join(homedir(), ".cache/semblance"));
});
