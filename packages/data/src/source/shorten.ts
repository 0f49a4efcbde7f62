/** At most 120 characters of `text`, for messages; an ellipsis stands for the rest. */
export function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
