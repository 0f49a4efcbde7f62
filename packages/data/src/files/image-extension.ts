const beginnings = [
  [".jpg", [0xff, 0xd8, 0xff]],
  [".png", [0x89, 0x50, 0x4e, 0x47]],
  [".gif", [0x47, 0x49, 0x46, 0x38]],
  [".webp", [0x52, 0x49, 0x46, 0x46]],
] as const;

/** By the first bytes of a picture, for programs that go by names; none for other formats. */
export function imageExtension(bytes: Uint8Array): string {
  const found = beginnings.find(([, first]) => first.every((byte, i) => bytes[i] === byte));
  return found?.[0] ?? "";
}
