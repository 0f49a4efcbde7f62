import { DatasetError } from "@semblance/core";

/** Names that columns of published data have, by what they hold; the first that is there counts. */
const names = {
  image: ["image", "img", "image_path", "filepath", "file_name", "filename", "path"],
  caption: ["caption", "captions", "text", "texts", "sentence", "sentences", "raw"],
  relevance: ["relevance"],
  image_id: ["image_id", "img_id", "imgid", "cocoid"],
  caption_id: ["caption_id", "caption_ids", "sentid", "sentids"],
  split: ["split"],
} as const;

type Role = keyof typeof names;

const roles: readonly Role[] = ["image", "caption", "relevance", "image_id", "caption_id", "split"];

/** The names of columns by what they hold. */
export type SampleColumns = Readonly<Partial<Record<Role, string>>> & {
  readonly image: string;
  readonly caption: string;
};

/**
 * Finds the columns of a table whose cells may be lists.
 *
 * @throws {@link DatasetError} `COLUMN_NOT_FOUND` or `COLUMN_ROLE_UNKNOWN`.
 */
export function findSampleColumns(
  file: string,
  there: readonly string[],
  asked: Readonly<Record<string, string>> = {},
): SampleColumns {
  const unknown = Object.keys(asked).find((role) => !roles.some((known) => known === role));
  if (unknown !== undefined) throw unknownRole(unknown);
  const found: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const candidates = Object.hasOwn(asked, role) ? [asked[role]] : names[role];
    const name = candidates.find(
      (candidate) => candidate !== undefined && there.includes(candidate),
    );
    if (name !== undefined) found[role] = name;
    else if (Object.hasOwn(asked, role)) throw notFound(file, there, role, asked[role]);
  }
  const { image, caption } = found;
  if (image === undefined) throw notFound(file, there, "image");
  if (caption === undefined) throw notFound(file, there, "caption");
  return { ...found, image, caption };
}

function notFound(file: string, there: readonly string[], role: Role, name?: string): DatasetError {
  const wanted = name === undefined ? `for the ${role}` : JSON.stringify(name);
  return new DatasetError({
    code: "COLUMN_NOT_FOUND",
    message: `${file} has no column ${wanted}; its columns are ${there.join(", ")}.`,
    fix: `Say which column holds the ${role}: --columns ${role}=NAME, or { columns: { ${role}: "NAME" } } in code.`,
    position: { file, ...(name === undefined ? {} : { column: name }) },
  });
}

function unknownRole(role: string): DatasetError {
  return new DatasetError({
    code: "COLUMN_ROLE_UNKNOWN",
    message: `${JSON.stringify(role)} is not a role of a column; the roles are ${roles.join(", ")}.`,
    fix: "Write the role before the equals sign: --columns image=filepath,caption=title",
  });
}
