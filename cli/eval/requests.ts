/** Request files: requests as in case files, one JSON object a line. */
import type { KnownFacts } from "../host/index.ts";
import { isObject, type Json, type JsonObject } from "../policy/types.ts";
import { readLines, shown, type BadLine } from "./lines.ts";

/** One line. */
export interface RequestLine {
  readonly line: number;
  /** The line's own `id`, else its number. */
  readonly id: string | number;
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Who sends it, with which claims, for filters that read the facts document; absent: nothing is known. */
  readonly facts?: KnownFacts;
}

const FIELDS = ["id", "method", "scheme", "authority", "path", "headers", "body", "peer", "claims"];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What no proxy lets pass in a header. */
const BREAKS = /[\0\r\n]/;

/** The lines of a file. Empty ones are left out. */
export function readRequests(text: string): (RequestLine | BadLine)[] {
  return readLines(text, FIELDS, readRequest);
}

/** A request, or what is wrong with the line. */
function readRequest(value: JsonObject, line: number): RequestLine | string {
  const { id = line, method = "GET", scheme = "http", authority = "shop", path = "/", headers = [], body = "" } = value;
  if (typeof id !== "string" && typeof id !== "number") return "id: allowed: a text or a number";
  if (typeof method !== "string" || !TOKEN.test(method)) return `method: ${shown(method)}; allowed: one such as GET`;
  if (scheme !== "http" && scheme !== "https") return `scheme: ${shown(scheme)}; one of: http, https`;
  if (typeof authority !== "string" || authority === "" || BREAKS.test(authority)) {
    return `authority: ${shown(authority)}; allowed: a text that is not empty`;
  }
  if (typeof path !== "string" || !path.startsWith("/") || BREAKS.test(path)) {
    return `path: ${shown(path)}; allowed: a text that begins with /`;
  }
  if (typeof body !== "string") return `body: ${shown(body)}; allowed: a text`;
  const pairs = readPairs(headers);
  if (typeof pairs === "string") return pairs;
  const facts = readFacts(value);
  if (typeof facts === "string") return facts;
  return { line, id, method, scheme, authority, path, headers: pairs, body, ...(facts && { facts }) };
}

/** As in case files. */
function readFacts({ peer, claims }: JsonObject): KnownFacts | string | undefined {
  if (peer === undefined && claims === undefined) return undefined;
  if (claims !== undefined && !isObject(claims)) return `claims: ${shown(claims)}; allowed: an object`;
  const { uriSans, ip, ...others } = isObject(peer) ? peer : {};
  const known = peer === undefined || (isObject(peer) && Object.keys(others).length === 0);
  const uris = uriSans === undefined || (Array.isArray(uriSans) && uriSans.every((uri) => typeof uri === "string"));
  if (!known || !uris || (ip !== undefined && typeof ip !== "string")) {
    return `peer: ${shown(peer ?? null)}; allowed: an object with uriSans, a list of texts, and ip, a text`;
  }
  return {
    ...(uriSans !== undefined && { certificate: { uris: uriSans as readonly string[] } }),
    ...(ip !== undefined && { direct: ip }),
    ...(claims !== undefined && { payload: claims }),
  };
}

function readPairs(headers: Json): [string, string][] | string {
  if (!Array.isArray(headers)) return `headers: ${shown(headers)}; allowed: a list of [name, value]`;
  const pairs: [string, string][] = [];
  for (const [index, pair] of (headers as readonly Json[]).entries()) {
    const [name, value, more] = Array.isArray(pair) ? (pair as readonly Json[]) : [];
    if (typeof name !== "string" || typeof value !== "string" || more !== undefined) {
      return `headers[${index}]: ${shown(pair)}; allowed: [name, value]`;
    }
    if (!TOKEN.test(name))
      return `headers[${index}]: ${shown(name)} is no header name; allowed: a token such as x-role`;
    if (BREAKS.test(value)) return `headers[${index}]: ${shown(value)} is no header value; allowed: no line breaks`;
    pairs.push([name, value]);
  }
  return pairs;
}
