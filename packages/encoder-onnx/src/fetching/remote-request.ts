import { lookup as systemLookup } from "node:dns";
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { EncoderError } from "@semblance/core";
import { describeText } from "../images/describe-image.ts";
import { isPrivateAddress } from "./private-addresses.ts";
import type { RemoteImagesSettings } from "./remote-images.ts";

/** Resolves a host name to all its addresses, as `dns.lookup` does. */
export type Lookup = typeof systemLookup;

/**
 * Whether an address may be asked at all, by what it says of itself.
 *
 * @throws EncoderError `IMAGE_ADDRESS_REFUSED`
 */
export function checkRemoteAddress(url: URL, settings: RemoteImagesSettings): void {
  const isHttp = url.protocol === "http:";
  if (isHttp && !settings.allowHttp) {
    throw addressRefused(url, "http: is not encrypted", "Use https:, or set remote.allowHttp.");
  }
  if (!isHttp && url.protocol !== "https:") {
    throw addressRefused(url, `${url.protocol} is not fetched`);
  }
  if (url.username !== "" || url.password !== "") {
    throw addressRefused(url, "it holds a user name or a password", "Leave them out.");
  }
  const host = hostOf(url);
  if (settings.hosts !== undefined && !settings.hosts.some((allowed) => isWithin(host, allowed))) {
    throw addressRefused(url, `remote.hosts does not list ${host}`, "Add the host to it.");
  }
  // An address in place of a name is never looked up.
  if (isIP(host) !== 0 && !settings.allowPrivateAddresses && isPrivateAddress(host)) {
    throw privateRefused(url, host);
  }
}

/** Sends one request for an address that {@link checkRemoteAddress} let through. */
export function createRemoteRequest(
  settings: RemoteImagesSettings,
  lookup: Lookup = systemLookup,
): (url: URL, signal: AbortSignal) => Promise<IncomingMessage> {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  return (url, signal) =>
    new Promise((resolve, reject) => {
      const options = {
        signal,
        headers: { accept: "image/*", "accept-encoding": "identity", "user-agent": "semblance" },
        lookup: settings.allowPrivateAddresses ? lookup : publicLookup(url, lookup),
      };
      const request =
        url.protocol === "http:"
          ? requestHttp(url, { ...options, agent: http })
          : requestHttps(url, { ...options, agent: https });
      request.on("error", reject).on("response", resolve).end();
    });
}

// What is connected to is what was checked: the socket gets these addresses and looks no name up again.
function publicLookup(url: URL, lookup: Lookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const open = found.filter(({ address }) => !isPrivateAddress(address));
      const [first] = open;
      if (first === undefined) return callback(privateRefused(url, found[0]?.address ?? host), []);
      return options.all ? callback(null, open) : callback(null, first.address, first.family);
    });
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function isWithin(host: string, allowed: string): boolean {
  return allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed;
}

function privateRefused(url: URL, address: string): EncoderError {
  return addressRefused(
    url,
    `${address} is not a public address`,
    "Set remote.allowPrivateAddresses if nobody else chooses the images.",
  );
}

function addressRefused(url: URL, reason: string, fix?: string): EncoderError {
  const shown = describeText(`${url.protocol}//${url.host}${url.pathname}`);
  const message = `Did not fetch ${shown}: ${reason}.`;
  return new EncoderError({
    code: "IMAGE_ADDRESS_REFUSED",
    message,
    ...(fix !== undefined && { fix }),
  });
}
