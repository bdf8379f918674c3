/**
 * RequestAuthentication -> Envoy's jwt_authn, which verifies the tokens that authz reads the claims of.
 *
 * compat: as Istio's generator writes it (istio.io/istio pilot/pkg/security/authn/policy_applier.go), with its answers.
 * strict: it only verifies. A token that it finds wrong leaves no claims, and authz answers to it, as to the token's other
 * faults: so mode and exempt paths hold for tokens too, and change with the policy.
 */
import { isObject, type Companion, type Json, type JsonObject, type Remark } from "../../cli/policy/types.ts";

const TYPE = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";
const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
/** Certificates that the machine trusts, where Debian and Envoy's own images have them. */
const TRUSTED = "/etc/ssl/certs/ca-certificates.crt";
const TIMEOUT = "5s";
const CACHED = "300s";
/** Claims that Istio always takes for lists. */
export const SPACE_DELIMITED = ["permission", "scope"];

const ISTIOS_OWN = "token: claimsOnly, and the RequestAuthentication applied as it is for Istio to verify tokens";

/** One entry of jwtRules, which the module has accepted. */
export interface JwtRule {
  readonly pointer: string;
  readonly issuer: string;
  readonly rule: JsonObject;
}

/** Undefined: the configuration says nothing of tokens, or somebody else verifies them. */
export function companion(configuration: JsonObject): Companion | undefined {
  const { requestAuthentications, token, profile } = configuration;
  const rules = rulesOf(requestAuthentications ?? []);
  if (token === "claimsOnly" || rules.length === 0) return undefined;
  const strict = profile !== "compat";
  const problems: Remark[] = [];
  const clusters: { pointer: string; cluster: JsonObject; instead: string }[] = [];
  const providers = rules.map((rule) => {
    const { keys, cluster } = keysOf(rule, problems);
    const pointer = `${rule.pointer}/jwksUri`;
    if (cluster && !clusters.some((other) => other.cluster["name"] === cluster["name"])) {
      clusters.push({ pointer, cluster, instead: `the keys as jwks, or ${ISTIOS_OWN}` });
    }
    return { ...providerOf(rule, strict), ...keys };
  });
  const named = providers.map((provider, index) => [`origins-${index}`, provider] as const);
  const filter = {
    name: "envoy.filters.http.jwt_authn",
    typed_config: {
      "@type": TYPE,
      providers: Object.fromEntries(named),
      rules: [
        {
          match: { prefix: "/" },
          requires: requirement(
            named.map(([name]) => name),
            strict,
          ),
        },
      ],
      bypass_cors_preflight: true,
    },
  };
  return { filter, pointer: "/requestAuthentications/0", instead: ISTIOS_OWN, clusters, problems };
}

/** The rules of `requestAuthentications`, in Istio's order: by issuer. */
export function rulesOf(resources: Json): JwtRule[] {
  const rules = listOf(resources).flatMap((resource, index) => {
    const spec = isObject(resource) ? resource["spec"] : undefined;
    const found = isObject(spec) ? listOf(spec["jwtRules"]) : [];
    return found.filter(isObject).map((rule, place) => ({
      pointer: `/requestAuthentications/${index}/spec/jwtRules/${place}`,
      issuer: String(rule["issuer"]),
      rule,
    }));
  });
  return rules.sort((a, b) => (a.issuer < b.issuer ? -1 : a.issuer > b.issuer ? 1 : 0));
}

function providerOf({ issuer, rule }: JwtRule, strict: boolean): JsonObject {
  const claims = listOf(rule["outputClaimToHeaders"]).filter(isObject);
  const headers = listOf(rule["fromHeaders"]).filter(isObject);
  const delimited = listOf(rule["spaceDelimitedClaims"]).filter((claim) => !SPACE_DELIMITED.includes(String(claim)));
  return {
    issuer,
    ...filled("audiences", listOf(rule["audiences"])),
    // strict looks at the token itself, and takes it out of the request.
    forward: strict || rule["forwardOriginalToken"] === true,
    ...(rule["outputPayloadToHeader"] ? { forward_payload_header: rule["outputPayloadToHeader"] } : {}),
    payload_in_metadata: "payload",
    normalize_payload_in_metadata: { space_delimited_claims: [...SPACE_DELIMITED, ...delimited] },
    ...filled(
      "claim_to_headers",
      claims.map(({ header = "", claim = "" }) => ({ header_name: header, claim_name: claim })),
    ),
    ...filled(
      "from_headers",
      headers.map(({ name = "", prefix = "" }) => ({ name, value_prefix: prefix })),
    ),
    ...filled("from_params", listOf(rule["fromParams"])),
    ...filled("from_cookies", listOf(rule["fromCookies"])),
  };
}

function filled(key: string, list: readonly Json[]): JsonObject {
  return list.length > 0 ? { [key]: list } : {};
}

/** The provider's keys, and the cluster that they are fetched from. */
function keysOf({ pointer, rule }: JwtRule, problems: Remark[]): { keys: JsonObject; cluster?: JsonObject } {
  const { jwks, jwksUri, timeout } = rule;
  if (typeof jwks === "string" && jwks !== "") return { keys: { local_jwks: { inline_string: jwks } } };
  if (typeof jwksUri !== "string") {
    const message =
      "missing, but required for Envoy to verify tokens: jwks or jwksUri (keys are not looked for at the issuer)";
    problems.push({ pointer, message });
    return { keys: {} };
  }
  const url = URL.canParse(jwksUri) ? new URL(jwksUri) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.hash !== "") {
    const message = `${JSON.stringify(jwksUri)} is no address to fetch keys from; allowed: a URL that begins with https:// or http://`;
    problems.push({ pointer: `${pointer}/jwksUri`, message });
    return { keys: {} };
  }
  const cluster = clusterOf(url);
  const uri = { uri: jwksUri, cluster: cluster["name"] ?? "", timeout: timeout || TIMEOUT };
  // Fetched by the main thread and ahead of time: no request waits for it but those that come before the first answer.
  return { keys: { remote_jwks: { http_uri: uri, cache_duration: CACHED, async_fetch: {} } }, cluster };
}

function clusterOf({ protocol, hostname, port }: URL): JsonObject {
  const secure = protocol === "https:";
  // An IPv6 address stands in brackets.
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const number = port === "" ? (secure ? 443 : 80) : Number(port);
  const name = `jwks.${address}.${number}`;
  const endpoint = { address: { socket_address: { address, port_value: number } } };
  return {
    name,
    type: "STRICT_DNS",
    connect_timeout: TIMEOUT,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
    ...(secure ? { transport_socket: tlsTo(address) } : {}),
  };
}

function tlsTo(host: string): JsonObject {
  const isAddress = /^[\d.]+$|:/.test(host);
  const names = [{ san_type: isAddress ? "IP_ADDRESS" : "DNS", matcher: { exact: host } }];
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": TLS,
      ...(isAddress ? {} : { sni: host }),
      common_tls_context: {
        validation_context: { trusted_ca: { filename: TRUSTED }, match_typed_subject_alt_names: names },
      },
    },
  };
}

/** Which tokens a request must have. */
function requirement(names: readonly string[], strict: boolean): JsonObject {
  const one = names.map((name) => ({ provider_name: name }));
  if (strict) return anyOf([...one, { allow_missing_or_failed: {} }]);
  const each = one.map((provider) => anyOf([provider, { allow_missing: {} }]));
  return each.length === 1 ? (each[0] ?? {}) : anyOf([...one, { requires_all: { requirements: each } }]);
}

function anyOf(requirements: readonly JsonObject[]): JsonObject {
  return { requires_any: { requirements } };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
