/** What Envoy would know of a request of shared/vectors/authz.json. */
import type { KnownFacts } from "../host/index.ts";
import { SPACE_DELIMITED } from "../../filters/authz/convert-jwt.ts";
import { isObject, type Json, type JsonObject } from "../policy/types.ts";

/** The local address of the listener; `$DESTIP` in the vectors. */
export const LOCAL_ADDRESS = "127.0.0.1";

/** What is around a policy's proxy. */
export interface Surroundings {
  /** jwt_authn is in the chain. */
  readonly tokens: boolean;
  /** Gateways: proxies in front whose entries in x-forwarded-for count (meshConfig's numTrustedProxies). */
  readonly trustedProxies?: number;
  /** As in meshConfig. */
  readonly pathNormalization: string;
}

export function factsOf(request: JsonObject, { tokens, trustedProxies = 1 }: Surroundings): KnownFacts {
  const certificate = certificateOf(request);
  const sni = request["sni"];
  const remote = remoteOf(request, trustedProxies);
  return {
    ...(certificate && { certificate }),
    tls: certificate !== undefined || typeof sni === "string",
    ...(typeof sni === "string" && { sni }),
    ...(typeof request["sourceIp"] === "string" && { direct: request["sourceIp"] }),
    ...(remote !== undefined && { remote }),
    local: LOCAL_ADDRESS,
    port: Number(request["destinationPort"] ?? 8080),
    ...(tokens && { payload: claimsOf(request) }),
  };
}

/** Names in the client's certificate; undefined: it has none. */
function certificateOf(request: JsonObject): KnownFacts["certificate"] {
  const { peer, peerCert } = request;
  if (isObject(peerCert)) {
    return { uris: listOf(peerCert["uris"]), dns: listOf(peerCert["dns"]), subject: String(peerCert["subject"] ?? "") };
  }
  return isObject(peer) ? { uris: [`spiffe://${String(peer["principal"])}`] } : undefined;
}

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The address that Envoy takes for the client's: of x-forwarded-for the last one, or the one that the trusted proxies saw. */
function remoteOf(request: JsonObject, trustedProxies: number): string | undefined {
  const forwarded = request["xff"] ?? headerOf(request, "x-forwarded-for");
  return typeof forwarded === "string" ? forwarded.split(",").at(-trustedProxies)?.trim() : undefined;
}

function headerOf(request: JsonObject, name: string): string | undefined {
  const headers = Array.isArray(request["headers"]) ? (request["headers"] as [string, string][]) : [];
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Claims of the token, which is taken to be valid; null when there is none, or when jwt_authn does not look for one. */
function claimsOf(request: JsonObject): Json {
  const preflight =
    request["method"] === "OPTIONS" &&
    headerOf(request, "origin") !== undefined &&
    headerOf(request, "access-control-request-method") !== undefined;
  const token = /^Bearer (.*)$/.exec(headerOf(request, "authorization") ?? "")?.[1];
  if (preflight || token === undefined) return null;
  // jwt_authn passes over empty parts.
  const [, payload = ""] = token.split(".").filter((part) => part !== "");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  if (!isObject(claims)) return null;
  const normalized = Object.entries(claims).map(([key, value]) => {
    const split = SPACE_DELIMITED.includes(key) && typeof value === "string";
    return [key, split ? value.split(" ") : value] as const;
  });
  return Object.fromEntries(normalized);
}
