import { ConformanceError } from "../errors.ts";

/**
 * One promise of a contract, as data, so that any test runner can run it:
 * `for (const { name, run } of vectorIndexCases(create)) test(name, run)`.
 */
export interface ConformanceCase {
  /** A sentence about behaviour. */
  readonly name: string;
  /** @throws {@link ConformanceError} when the implementation breaks the promise. */
  readonly run: () => Promise<void>;
}

/** @throws {@link ConformanceError} that says what was found, unless `holds`. */
export function expectThat(holds: boolean, finding: string): asserts holds {
  if (holds) return;
  throw new ConformanceError({ code: "CONTRACT_BROKEN", message: finding });
}

/** @throws {@link ConformanceError} unless both have the same JSON. */
export function expectSame(found: unknown, expected: unknown, what: string): void {
  const foundText = JSON.stringify(found);
  const expectedText = JSON.stringify(expected);
  expectThat(foundText === expectedText, `${what}: expected ${expectedText}, found ${foundText}`);
}

/** Resolves to what `action` rejects with. @throws {@link ConformanceError} when it does not reject. */
export async function rejectionOf(action: () => Promise<unknown>, what: string): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new ConformanceError({
    code: "CONTRACT_BROKEN",
    message: `${what}: expected a rejection.`,
  });
}
