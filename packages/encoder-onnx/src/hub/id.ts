/** A repository on the hub, and the revision that was asked for with it. */
export interface HubId {
  /** `organisation/name`. */
  readonly id: string;
  /** A branch, tag, commit or `refs/pr/1`. */
  readonly revision?: string;
}

// What the hub allows in a name, but for "--" and "..", which it refuses.
const namePattern = /^[A-Za-z0-9_][\w.-]{0,95}$/;

/** Reads `organisation/name` or `organisation/name@revision`; `undefined` for anything else. */
export function parseHubId(text: string): HubId | undefined {
  const at = text.indexOf("@");
  const id = at === -1 ? text : text.slice(0, at);
  const revision = at === -1 ? undefined : text.slice(at + 1);
  const [organisation = "", name = "", ...rest] = id.split("/");
  if (rest.length > 0 || !isName(organisation) || !isName(name)) return undefined;
  if (revision === undefined) return { id };
  return isRevision(revision) ? { id, revision } : undefined;
}

function isName(name: string): boolean {
  return namePattern.test(name) && !name.includes("--") && !name.includes("..");
}

/** Whether a text can be the name of a revision, which becomes a path in the cache. */
export function isRevision(text: string): boolean {
  return isSafePath(text) && /^[\w.+/-]+$/.test(text) && text.length <= 200;
}

/** Whether a path that a server names stays inside the folder that it is joined to, on any platform. */
export function isSafePath(path: string): boolean {
  const parts = path.split("/");
  const isPlain = (part: string) => part !== "" && part !== "." && part !== "..";
  return parts.every(isPlain) && !/[\\:\0]/.test(path);
}

/** Whether a revision is a commit, which never changes what it means. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
