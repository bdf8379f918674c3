/**
 * The facts document: what the native filter set_filter_state writes in front of filters that ask who a request comes from
 * (research: envoy.filters.http.set_filter_state with format_string.json_format). What Envoy does not know is null.
 */

/** Key of the filter state. */
export const FACTS_KEY = "pointduty.facts";

export interface KnownFacts {
  /** Names in the client's certificate; undefined: it presented none. */
  readonly certificate?: {
    readonly uris?: readonly string[];
    readonly dns?: readonly string[];
    readonly subject?: string;
  };
  /** Whether the connection is TLS. Default: if there is a certificate. */
  readonly tls?: boolean;
  readonly sni?: string;
  /** The physical peer. Default 127.0.0.1. */
  readonly direct?: string;
  /** The client as Envoy determined it. Default: the physical peer. */
  readonly remote?: string;
  /** The proxy's own address. Default 127.0.0.1. */
  readonly local?: string;
  /** Default 8080. */
  readonly port?: number;
  /** Claims of the verified token. */
  readonly payload?: unknown;
}

const LOOPBACK = "127.0.0.1";

/** The document as Envoy writes it: keys in order, nothing left out. */
export function factsDocument(known: KnownFacts = {}): string {
  const { certificate, tls = certificate !== undefined, direct = LOOPBACK } = known;
  return JSON.stringify({
    digest: null,
    direct,
    dns: joined(certificate?.dns),
    header: null,
    local: known.local ?? LOOPBACK,
    payload: known.payload ?? null,
    port: known.port ?? 8080,
    remote: known.remote ?? direct,
    san: joined(certificate?.uris),
    sni: known.sni ?? null,
    subject: certificate ? (certificate.subject ?? "") : null,
    tls: tls ? "TLSv1.3" : null,
  });
}

function joined(names: readonly string[] | undefined): string | null {
  return names && names.length > 0 ? names.join(",") : null;
}
