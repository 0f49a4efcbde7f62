import { expect, test, vi } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

const never = new Promise<never>(() => {});

test("gives what the promise comes to", async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve(7))).resolves.toBe(7);
  await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
  await expect(unlessAborted(Promise.reject(new Error("gone")), signal)).rejects.toThrow("gone");
});

test("rejects with the signal's reason, aborted before or meanwhile", async () => {
  await expect(unlessAborted(never, AbortSignal.abort("before"))).rejects.toBe("before");
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort("meanwhile");
  await expect(waiting).rejects.toBe("meanwhile");
});

test("a promise that rejects after it was abandoned is not reported", async () => {
  const late = new Promise((_, reject) => setTimeout(reject, 5, new Error("late")));
  await expect(unlessAborted(late, AbortSignal.abort("enough"))).rejects.toBe("enough");
  await new Promise((resolve) => setTimeout(resolve, 20));
});

test("leaves no listener on a signal that outlives the promise", async () => {
  const { signal } = new AbortController();
  const [added, removed] = [
    vi.spyOn(signal, "addEventListener"),
    vi.spyOn(signal, "removeEventListener"),
  ];
  await unlessAborted(Promise.resolve(1), signal);
  await vi.waitFor(() => expect(removed).toHaveBeenCalledTimes(1));
  expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
});
