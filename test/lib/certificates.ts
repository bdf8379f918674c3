/** Certificates for tests over TLS, made by openssl as they are needed: Node makes none itself. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./cleanup.ts";

export interface Certificate {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
}

/** Whether there is an openssl to make certificates with. */
export function canCertify(): boolean {
  return spawnSync("openssl", ["version"]).status === 0;
}

/** An authority for one test. Throws an Error with openssl's words. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), "pointduty-ca-"));
  private count = 0;
  readonly certificate: Certificate;

  constructor() {
    atExit(() => rmSync(this.folder, { recursive: true, force: true }));
    const [key, cert] = [this.path("ca.key"), this.path("ca.pem")];
    this.openssl("req", "-x509", ...KEY, "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=test authority");
    this.certificate = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }

  /** A certificate with these names (`URI:spiffe://...`, `DNS:...`, `IP:...`) and this subject. */
  issue(names: readonly string[], subject = "/CN=client"): Certificate {
    const number = this.count++;
    const file = (suffix: string): string => this.path(`${number}.${suffix}`);
    // In a section of its own a name may hold a comma.
    const lines = names.map((name, index) => {
      const colon = name.indexOf(":");
      return `${name.slice(0, colon)}.${index} = ${name.slice(colon + 1)}`;
    });
    const san = names.length > 0 ? "subjectAltName = @names\n" : "basicConstraints = CA:FALSE\n";
    writeFileSync(file("cnf"), `[extensions]\n${san}[names]\n${lines.join("\n")}\n`);
    this.openssl("req", "-new", ...KEY, "-keyout", file("key"), "-out", file("csr"), "-subj", subject);
    const by = ["-CA", this.path("ca.pem"), "-CAkey", this.path("ca.key"), "-CAcreateserial"];
    const extensions = ["-extfile", file("cnf"), "-extensions", "extensions"];
    this.openssl("x509", "-req", "-in", file("csr"), ...by, "-out", file("pem"), "-days", "2", ...extensions);
    return { cert: readFileSync(file("pem"), "utf8"), key: readFileSync(file("key"), "utf8") };
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private openssl(...args: string[]): void {
    const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${error?.message ?? stderr}`);
  }
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
