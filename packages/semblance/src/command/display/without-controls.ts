/** A text without the characters that could steer a terminal; its lines stay. */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, " ");
}
