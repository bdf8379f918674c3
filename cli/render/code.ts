/** `--code`: where proxies take the module from. */
import { UsageError } from "../policy/errors.ts";

export type CodeOption =
  | { readonly from: "inline" }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "http"; readonly url: string }
  | { readonly from: "oci"; readonly url: string; readonly sha256: string };

const ALLOWED = "inline, file:PATH, http:URL or oci:REF";

/** Reads the option's text. Throws a UsageError that says what is allowed. */
export function parseCode(text: string): CodeOption {
  if (text === "inline") return { from: "inline" };
  const at = text.indexOf(":");
  const rest = at < 0 ? "" : text.slice(at + 1);
  const wrong = (why: string): never => {
    throw new UsageError(`--code ${text}: ${why}`);
  };
  switch (at < 0 ? "" : text.slice(0, at)) {
    case "file":
      if (!rest.startsWith("/")) wrong("allowed: file: and an absolute path on the proxy's machine");
      return { from: "file", path: rest };
    case "http":
    case "https": {
      // http:URL, or the URL itself, which begins with http: too.
      const url = rest.startsWith("//") ? text : rest;
      if (!URL.canParse(url) || !/^https?:\/\/[^/]/.test(url))
        wrong("allowed: http: and a URL that begins with http:// or https://");
      return { from: "http", url };
    }
    case "oci": {
      const reference = rest.replace(/^\/\//, "");
      const [, digest] = /^[^\s@]+\/[^\s@]+@sha256:([0-9a-f]{64})$/.exec(reference) ?? [];
      if (digest === undefined) return wrong("allowed: oci: and a reference with its digest, HOST/NAME@sha256:HEX");
      return { from: "oci", url: `oci://${reference}`, sha256: digest };
    }
    default:
      return wrong(`allowed: ${ALLOWED}`);
  }
}
