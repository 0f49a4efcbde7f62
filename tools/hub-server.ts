import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative, sep } from "node:path";

/** Contents of a repository by path. */
export type RepositoryFiles = Readonly<Record<string, Uint8Array>>;

/** A branch that somebody proposes for a repository. */
export interface PullRequest {
  readonly number: number;
  readonly author: string;
  readonly files: RepositoryFiles;
}

/** A repository of the server: what `main` holds, and proposed branches. */
export interface Repository {
  readonly files: RepositoryFiles;
  readonly pullRequests?: readonly PullRequest[];
}

/** A request, and what an honest server would do with it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The file that was asked for; empty for the API. */
  readonly content: Uint8Array;
  readonly serve: () => void;
}

/** Takes over one exchange. */
export type Fault = (exchange: Exchange) => void;

/** What was asked. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A hub on 127.0.0.1 with the API that downloads need, which misbehaves when told to. */
export interface HubServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Lets the next requests whose path ends so go wrong, one fault each; then all is well. */
  misbehave(ending: string, ...faults: readonly Fault[]): void;
  commitOf(id: string, revision?: string): string;
  /** Gives what `main` holds a further name. */
  alias(id: string, revision: string): void;
}

/** Starts a hub with some repositories; disposing stops it. */
export async function startHub(
  repositories: Readonly<Record<string, Repository>>,
): Promise<HubServer> {
  const requests: SeenRequest[] = [];
  const aliases = new Set<string>();
  const faults: { readonly ending: string; readonly fault: Fault }[] = [];
  const server = createServer((request, response) => {
    const { method = "", url: path = "", headers } = request;
    const { range, authorization } = headers;
    requests.push({ method, path, range, authorization });
    const { content, serve } = answer({ repositories, aliases, request, response });
    const next = faults.findIndex(({ ending }) => path.endsWith(ending));
    if (next === -1) return serve();
    const [planned] = faults.splice(next, 1);
    planned?.fault({ request, response, content, serve });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    misbehave: (ending, ...planned) => faults.push(...planned.map((fault) => ({ ending, fault }))),
    commitOf: (id, revision = "main") => commitOf(filesAt(repositories[id], revision) ?? {}),
    alias: (id, revision) => void aliases.add(`${id}@${revision}`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** All files of a folder, as a repository. */
export function filesOf(folder: string): RepositoryFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path).split(sep).join("/"), readFileSync(path)];
    }),
  );
}

/** Answers as if everything were well, with ranges where `range` says so. */
export function sendContent({ request, response, content }: Exchange): void {
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const part = content.subarray(from);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": part.length,
    ...(from > 0 && { "content-range": range }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

/** The name that the hub gives to a content: SHA-256 for weights, git's SHA-1 for the rest. */
export function etagOf(path: string, content: Uint8Array): string {
  if (isLarge(path)) return createHash("sha256").update(content).digest("hex");
  return gitHash(content);
}

function gitHash(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

function isLarge(path: string): boolean {
  return /\.(onnx|onnx_data|safetensors|bin)$/.test(path);
}

const nothing = new Uint8Array();

function commitOf(files: RepositoryFiles): string {
  const hash = createHash("sha1");
  for (const [path, content] of Object.entries(files)) hash.update(path).update(content);
  return hash.digest("hex");
}

function filesAt(
  repository: Repository | undefined,
  revision: string,
): RepositoryFiles | undefined {
  const proposed = repository?.pullRequests ?? [];
  const named = [
    { name: "main", files: repository?.files },
    ...proposed.map(({ number, files }) => ({ name: `refs/pr/${number}`, files })),
  ];
  return named.find(({ name, files }) => {
    return files !== undefined && (name === revision || commitOf(files) === revision);
  })?.files;
}

function answer(options: {
  readonly repositories: Readonly<Record<string, Repository>>;
  readonly aliases: ReadonlySet<string>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}): Pick<Exchange, "content" | "serve"> {
  const { repositories, aliases, request, response } = options;
  const url = new URL(request.url ?? "/", "http://hub");
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const isApi = parts[0] === "api";
  const [owner, name, kind, revision = "", ...rest] = isApi ? parts.slice(2) : parts;
  const repository = repositories[`${owner}/${name}`];
  const isAlias = aliases.has(`${owner}/${name}@${revision}`);
  const files = filesAt(repository, isAlias ? "main" : revision);
  const content = files?.[rest.join("/")];
  const json = (value: unknown) => () => response.end(JSON.stringify(value));
  const refuse = (code: string) => () => response.writeHead(404, { "x-error-code": code }).end();
  const serveFile = (bytes: Uint8Array) => {
    response.setHeader("etag", `"${etagOf(rest.join("/"), bytes)}"`);
    response.setHeader("x-repo-commit", commitOf(files ?? {}));
    sendContent({ request, response, content: bytes, serve: () => {} });
  };
  if (repository === undefined) return { content: nothing, serve: refuse("RepoNotFound") };
  if (kind === "discussions") {
    return { content: nothing, serve: json(describePullRequests(repository)) };
  }
  if (files === undefined) return { content: nothing, serve: refuse("RevisionNotFound") };
  if (kind === "tree") return { content: nothing, serve: json(describeTree(files)) };
  if (isApi)
    return {
      content: nothing,
      serve: json(describeFiles(files, isAlias ? revision : commitOf(files))),
    };
  if (content === undefined) return { content: nothing, serve: refuse("EntryNotFound") };
  return { content, serve: () => serveFile(content) };
}

function describeFiles(files: RepositoryFiles, sha: string): unknown {
  const siblings = Object.entries(files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: gitHash(content),
    ...(isLarge(rfilename) && {
      lfs: { sha256: etagOf(rfilename, content), size: content.length, pointerSize: 134 },
    }),
  }));
  return { id: "model", sha, siblings };
}

// What Python asks for in place of the siblings.
function describeTree(files: RepositoryFiles): unknown {
  return Object.entries(files).map(([path, content]) => ({
    type: "file",
    path,
    size: content.length,
    oid: gitHash(content),
    ...(isLarge(path) && {
      lfs: { oid: etagOf(path, content), size: content.length, pointerSize: 134 },
    }),
  }));
}

function describePullRequests({ pullRequests = [] }: Repository): unknown {
  const discussions = pullRequests.map(({ number, author }) => ({
    num: number,
    title: "Adding `safetensors` variant of this model",
    status: "open",
    isPullRequest: true,
    author: { name: author },
  }));
  return { discussions, count: discussions.length, start: 0 };
}
