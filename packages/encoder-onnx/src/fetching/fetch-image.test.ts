import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, collect, EncoderError, rowOf } from "@semblance/core";
import { afterAll, describe, expect, test } from "vitest";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { createSharpDecoder } from "../decoding/sharp-decoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { createImageFetcher } from "./fetch-image.ts";
import type { RemoteImagesConfig } from "./remote-images.ts";
import type { Lookup } from "./remote-request.ts";

const limits = { maxPixels: 1e6, maxBytes: 5000 };
const png = readFileSync(fixturePath("images/rgb.png"));
const servers: Server[] = [];
const asked: string[] = [];
let connections = 0;

async function listen(server: Server): Promise<number> {
  servers.push(server.on("connection", () => connections++));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

const answers: Readonly<Record<string, RequestListener>> = {
  "/photo.png": (_request, response) => response.end(png),
  "/page": (_request, response) => response.end("<!doctype html><html>Not found</html>"),
  "/gone": (_request, response) => response.writeHead(404).end(),
  "/busy": (_request, response) => response.writeHead(503).end("later"),
  "/declared": (_request, response) => {
    response.writeHead(200, { "content-length": 1e9 }).write(png);
  },
  "/endless": (_request, response) => {
    const timer = setInterval(() => response.write(Buffer.alloc(1000)), 1);
    response.on("close", () => clearInterval(timer));
  },
  "/cut": (_request, response) => {
    response.writeHead(200, { "content-length": png.length }).write(png.subarray(0, 100));
    setTimeout(() => response.destroy(), 20);
  },
  "/silent": () => undefined,
  "/drip": (_request, response) => {
    const timer = setInterval(() => response.write("x"), 50);
    response.on("close", () => clearInterval(timer));
  },
  "/moved": (_request, response) => response.writeHead(302, { location: "/photo.png" }).end(),
  "/again": (_request, response) => response.writeHead(307, { location: "/moved" }).end(),
  "/circle": (_request, response) => response.writeHead(301, { location: "/circle" }).end(),
  "/inside": (_request, response) =>
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end(),
  "/file": (_request, response) =>
    response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/elsewhere": (_request, response) =>
    response.writeHead(302, { location: `http://localhost:${port}/photo.png` }).end(),
  "/nonsense": (_request, response) => response.writeHead(302, { location: "http://[" }).end(),
};

const port: number = await listen(
  createServer((request, response) => {
    asked.push(request.url ?? "");
    answers[request.url ?? ""]?.(request, response);
  }),
);
const at = (path: string) => `http://127.0.0.1:${port}${path}`;

afterAll(() => {
  for (const server of servers) server.close();
});

/** What tests allow: the servers here have no certificate, and a private address. */
const local: RemoteImagesConfig = { allowHttp: true, allowPrivateAddresses: true };

async function failureOf(address: string, remote: RemoteImagesConfig): Promise<EncoderError> {
  const decoder = createSharpDecoder({ remote });
  const error = await decoder.decode(address, limits).catch((reason: unknown) => reason);
  if (EncoderError.isInstance(error)) return error;
  throw new Error(`Expected an EncoderError, found ${String(error)}.`);
}

test.each(["/photo.png", "/moved", "/again"])("%s is fetched where it is allowed", async (path) => {
  const fetched = await createSharpDecoder({ remote: local }).decode(at(path), limits);
  const read = await createSharpDecoder().decode(fixturePath("images/rgb.png"), limits);
  expect(fetched).toEqual(read);
});

test("a connection is used again for the next image", async () => {
  const decoder = createSharpDecoder({ remote: local });
  await decoder.decode(at("/photo.png"), limits);
  const before = connections;
  await decoder.decode(new URL(at("/photo.png")), limits);
  expect(connections).toBe(before);
});

test("an encoder fetches where it may, and lists what it could not have", async () => {
  const model = fixturePath("tiny-clip");
  await using encoder = await createOnnxEncoder({ model, remote: local });
  const images = [at("/photo.png"), at("/gone"), fixturePath("images/rgb.png")];
  const batches = encoder.image?.encode(images, { onError: "skip" }) ?? [];
  const { embeddings, failures } = await collect(batches);
  expect(rowOf(embeddings, 0)).toEqual(rowOf(embeddings, 1));
  expect(failures).toMatchObject([{ index: 1, input: at("/gone"), code: "IMAGE_NOT_FOUND" }]);
});

test("nothing is fetched unless it is allowed, and the error says how to allow it", async () => {
  const before = asked.length;
  const error = await createSharpDecoder()
    .decode(at("/photo.png"), limits)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "IMAGE_ADDRESS_REFUSED" });
  expect(error).toMatchObject({ fix: expect.stringContaining('remote: { hosts: ["127.0.0.1"] }') });
  expect(asked).toHaveLength(before);
});

describe("an address is refused before it is asked:", () => {
  const open: RemoteImagesConfig = { allowHttp: true };
  const cases: [string, string, RemoteImagesConfig, RegExp][] = [
    ["http:", at("/photo.png"), { allowPrivateAddresses: true }, /http: is not encrypted/],
    ["a loopback address", at("/photo.png"), open, /127\.0\.0\.1 is not a public address/],
    ["its short form", `http://2130706433:${port}/`, open, /127\.0\.0\.1 is not a public/],
    ["a version 6 loopback", `http://[::1]:${port}/`, open, /::1 is not a public address/],
    ["a mapped one", `http://[::ffff:127.0.0.1]:${port}/`, open, /::ffff:7f00:1 is not a public/],
    ["a name for one", `http://localhost:${port}/photo.png`, open, /(127.0.0.1|::1) is not a pub/],
    ["a cloud's metadata", "http://169.254.169.254/", open, /169\.254\.169\.254 is not a public/],
    [
      "another host",
      at("/photo.png"),
      { ...local, hosts: ["example.com"] },
      /remote\.hosts does not list 127\.0\.0\.1/,
    ],
    [
      "a host that ends alike",
      "https://badexample.com/x.png",
      { hosts: ["example.com", "*.example.com"] },
      /remote\.hosts does not list badexample\.com/,
    ],
    ["a password", `http://me:secret@127.0.0.1:${port}/`, local, /a user name or a password/],
  ];
  test.each(cases)("%s", async (_name, address, remote, message) => {
    const before = connections;
    const failure = await failureOf(address, remote);
    expect(failure.code).toBe("IMAGE_ADDRESS_REFUSED");
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toMatch(/secret/);
    expect(connections).toBe(before);
  });
});

describe("every redirect is checked as the first address was:", () => {
  const listed = { ...local, hosts: ["127.0.0.1"] };
  test.each<[string, RemoteImagesConfig, string, RegExp]>([
    ["/elsewhere", listed, "IMAGE_ADDRESS_REFUSED", /does not list localhost/],
    ["/inside", listed, "IMAGE_ADDRESS_REFUSED", /does not list 169\.254\.169\.254/],
    ["/file", local, "IMAGE_ADDRESS_REFUSED", /file: is not fetched/],
    ["/nonsense", local, "IMAGE_UNREACHABLE", /Invalid URL/],
    ["/circle", { ...local, maxRedirects: 3 }, "IMAGE_UNREACHABLE", /more than 3 times/],
    ["/moved", { ...local, maxRedirects: 0 }, "IMAGE_UNREACHABLE", /more than 0 times/],
  ])("%s", async (path, remote, code, message) => {
    const failure = await failureOf(at(path), remote);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });
});

describe("an answer that is no image is one failure:", () => {
  test.each([
    ["/gone", "IMAGE_NOT_FOUND", /There is no image at http/],
    ["/busy", "IMAGE_UNREACHABLE", /the server answers 503/],
    ["/page", "IMAGE_UNREADABLE", /it is a web page/],
    ["/cut", "IMAGE_UNREACHABLE", /aborted/],
    ["/declared", "IMAGE_TOO_LARGE", /has 1000000000 bytes or more; the limit is 5000/],
    ["/endless", "IMAGE_TOO_LARGE", /has \d{4} bytes or more; the limit is 5000/],
  ])("%s", async (path, code, message) => {
    const failure = await failureOf(at(path), local);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  test.each(["/silent", "/drip"])("%s takes no longer than the limit", async (path) => {
    const start = performance.now();
    const failure = await failureOf(at(path), { ...local, timeoutMs: 200 });
    expect(failure.message).toMatch(/it took longer than 200 ms/);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("a port where nobody listens", async () => {
    const free = await listen(createTcpServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const failure = await failureOf(`http://127.0.0.1:${free}/`, local);
    expect(failure.code).toBe("IMAGE_UNREACHABLE");
    expect(failure.message).toMatch(/ECONNREFUSED/);
  });
});

describe("a host name is looked up once for a connection, so that it cannot change in between:", () => {
  const settings = { timeoutMs: 2000, maxRedirects: 5, allowHttp: true };
  const url = new URL(`http://photos.example:${port}/photo.png`);
  let questions = 0;
  const lookup = ((_host: string, _options: object, callback: (...found: unknown[]) => void) => {
    questions += 1;
    // The second answer is an address that nobody listens at.
    callback(null, [{ address: questions === 1 ? "127.0.0.1" : "127.9.9.9", family: 4 }]);
  }) as Lookup;

  test("what was looked up is connected to", async () => {
    questions = 0;
    const fetchImage = createImageFetcher({ ...settings, allowPrivateAddresses: true }, lookup);
    expect(await fetchImage(url, url, 5000)).toEqual(png);
    expect(questions).toBe(1);
  });

  test("and is what was checked", async () => {
    questions = 0;
    const before = connections;
    const fetchImage = createImageFetcher({ ...settings, allowPrivateAddresses: false }, lookup);
    const fetching = fetchImage(url, url, 5000);
    await expect(fetching).rejects.toThrow("127.0.0.1 is not a public address");
    expect([questions, connections]).toEqual([1, before]);
  });
});

test("an option that is not known is a ConfigError that names it", () => {
  const misspelt = JSON.parse('{ "remote": { "allowhttp": true } }');
  expect(() => createSharpDecoder(misspelt)).toThrow(ConfigError);
  expect(() => createSharpDecoder(misspelt)).toThrow(/allowhttp/);
  const address = { remote: { hosts: ["https://example.com"] } };
  expect(() => createSharpDecoder(address)).toThrow(/host name, without https:/);
});

const openssl = "openssl";
const hasOpenssl = spawnSync(openssl, ["version"]).status === 0;
if (!hasOpenssl) process.stderr.write("No openssl is installed: the test of certificates skips.\n");

test.skipIf(!hasOpenssl)("a certificate that nobody vouches for is a failure", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fetch-image-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "2"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out"];
  spawnSync(openssl, [...made, certificate, ...subject], { stdio: "pipe" });
  const options = { key: readFileSync(key), cert: readFileSync(certificate) };
  await rm(folder, { recursive: true });
  const secure = await listen(createTlsServer(options, (_request, response) => response.end(png)));
  const failure = await failureOf(`https://127.0.0.1:${secure}/`, local);
  expect(failure.code).toBe("IMAGE_UNREACHABLE");
  expect(failure.message).toMatch(/self-signed/);
});
