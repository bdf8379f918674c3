/** Tokens for tests: JSON Web Signatures of Node's own keys, and of what an attacker makes of them (RFC 7515). */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** An issuer's key. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: "RS256" | "ES256";
  /** The public key, as it is in a JSON Web Key Set. */
  readonly jwk: object;
  readonly privateKey: KeyObject;
}

export function newKey(kid: string, alg: SigningKey["alg"] = "RS256"): SigningKey {
  const { publicKey, privateKey } =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid, alg, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg }, privateKey };
}

/** A JSON Web Key Set, as text. */
export function keySet(...keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

export function base64url(value: string | object): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** A signed token. `header` changes what is in its header by default. */
export function token(key: SigningKey, claims: string | object, header: object = {}): string {
  const signed = `${base64url({ alg: key.alg, kid: key.kid, ...header })}.${base64url(claims)}`;
  const how = { key: key.privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${signed}.${sign("sha256", Buffer.from(signed), how).toString("base64url")}`;
}

/** A token whose signature is an HMAC with a text that everybody knows, such as the public key. */
export function hmacToken(secret: string, claims: object, header: object): string {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
