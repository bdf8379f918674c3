/** What a filter may be called. The name becomes a folder, a module, part of metrics and of Kubernetes names. */

const SHAPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MOST = 40;

/** Words that YAML, in one version or another, does not read as text, and what the name would stand beside. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["y", "n", "yes", "no", "on", "off", "true", "false", "null"],
  ...["none", "probes", "pointduty", "envoy"],
]);

/** A filter that is there already. */
export interface Taken {
  readonly name: string;
  readonly kind: string;
}

/** `my-filter` -> `MyFilter`: the kind of its policies. */
export function kindOf(name: string): string {
  return name
    .split("-")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("");
}

/** Why a filter can't be called that, in one line; undefined: it can. */
export function nameProblem(name: string, taken: readonly Taken[]): string | undefined {
  const shown = JSON.stringify(name);
  if (!SHAPE.test(name) || name.length > MOST) {
    return `${shown} is no name for a filter; allowed: a-z, 0-9 and single - between them, a letter first, at most ${MOST} characters`;
  }
  if (RESERVED.has(name)) return `${shown} means something else already; allowed: another name`;
  for (const other of taken) {
    if (other.name === name) return `filters/${name} is there already`;
    if (other.kind === kindOf(name))
      return `${shown} has the kind ${other.kind}, which is that of filters/${other.name}`;
    if (other.name.startsWith(`${name}-`) || name.startsWith(`${other.name}-`)) {
      return `${shown} and filters/${other.name} begin alike, and so would their metrics; allowed: a name that does not go on where the other ends`;
    }
  }
  return undefined;
}
