import { createHash } from "node:crypto";

/** SHA-256 in hexadecimal; of anything that is not bytes or text, of its JSON. */
export function sha256(data: string | Uint8Array | readonly unknown[]): string {
  const bytes =
    typeof data === "string" || data instanceof Uint8Array ? data : JSON.stringify(data);
  return createHash("sha256").update(bytes).digest("hex");
}
