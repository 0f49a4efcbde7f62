/** HTML that is safe to write: {@link markup} alone makes it. */
export class Markup {
  readonly #html: string;

  private constructor(html: string) {
    this.#html = html;
  }

  /** {@link markup}. */
  static from(template: TemplateStringsArray, values: readonly MarkupValue[]): Markup {
    return new Markup(template.map((part, i) => part + toHtml(values[i])).join(""));
  }

  toString(): string {
    return this.#html;
  }
}

/** What may stand in {@link markup}: text is escaped, `undefined` is nothing, lists are joined. */
export type MarkupValue = Markup | string | number | undefined | readonly MarkupValue[];

/**
 * HTML from a template. What is filled in, within an element or a quoted attribute, is escaped unless
 * it is markup itself.
 */
export function markup(template: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  return Markup.from(template, values);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function toHtml(value: MarkupValue): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.toString();
  if (typeof value === "object") return value.map(toHtml).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
