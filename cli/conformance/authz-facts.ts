/** What Envoy would tell the filter about a request of shared/vectors/authz.json: the document of set_filter_state. */
import { isObject, type Json, type JsonObject } from "../policy/types.ts";

/** The local address of the listener; `$DESTIP` in the vectors. */
export const LOCAL_ADDRESS = "127.0.0.1";
/** Claims that Istio always has jwt_authn split at spaces (normalize_payload_in_metadata). */
const SPACE_DELIMITED = ["scope", "permission"];

/** The document for a request. `tokens`: jwt_authn is in the chain. */
export function factsOf(request: JsonObject, tokens: boolean): string {
  const uris = urisOf(request);
  const cert = isObject(request["peerCert"]) ? request["peerCert"] : {};
  const sni = request["sni"] ?? null;
  const secured = uris !== undefined || sni !== null;
  const direct = String(request["sourceIp"] ?? LOCAL_ADDRESS);
  return JSON.stringify({
    san: joined(uris),
    dns: joined(listOf(cert["dns"])),
    subject: uris ? String(cert["subject"] ?? "CN=client") : null,
    digest: null,
    tls: secured ? "TLSv1.3" : null,
    sni,
    direct,
    remote: remoteOf(request) ?? direct,
    local: LOCAL_ADDRESS,
    port: Number(request["destinationPort"] ?? 8080),
    payload: tokens ? claimsOf(request) : null,
    header: null,
  });
}

/** URI SANs of the client's certificate; undefined: it has none. */
function urisOf(request: JsonObject): string[] | undefined {
  if (isObject(request["peerCert"])) return listOf(request["peerCert"]["uris"]);
  return isObject(request["peer"]) ? [`spiffe://${String(request["peer"]["principal"])}`] : undefined;
}

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function joined(names: readonly string[] | undefined): string | null {
  return names && names.length > 0 ? names.join(",") : null;
}

/** The address that Envoy takes for the client's: the last one of x-forwarded-for, as a sidecar does. */
function remoteOf(request: JsonObject): string | undefined {
  const forwarded = request["xff"] ?? headerOf(request, "x-forwarded-for");
  return typeof forwarded === "string" ? forwarded.split(",").at(-1)?.trim() : undefined;
}

export function headerOf(request: JsonObject, name: string): string | undefined {
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
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const claims: unknown = JSON.parse(payload);
  if (!isObject(claims)) return null;
  const normalized = Object.entries(claims).map(([key, value]) => {
    const split = SPACE_DELIMITED.includes(key) && typeof value === "string";
    return [key, split ? value.split(" ") : value] as const;
  });
  return Object.fromEntries(normalized);
}
