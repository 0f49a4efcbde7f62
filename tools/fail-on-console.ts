import { afterEach, beforeEach, vi } from "vitest";

// A library reports through return values, errors and events; only the command writes, and it writes
// to streams. So a test that sees the console used has found a mistake.
const methods = ["log", "info", "warn", "error", "debug"] as const;

beforeEach(() => {
  for (const method of methods) {
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      throw new Error(`console.${method} was called: ${parts.join(" ")}`);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
});
