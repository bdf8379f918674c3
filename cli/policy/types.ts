/** What a policy file holds, and what `filters/<name>/convert.ts` makes of it. */
import type { Filter } from "../cases/filter.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One document of a policy file, its frame checked. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** "" when the file names none. */
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: JsonObject;
}

/** What a policy applies to. */
export type Target =
  | {
      readonly type: "ref";
      readonly group: string;
      readonly kind: string;
      readonly name: string;
      /** "": the target as a whole. */
      readonly section: string;
      /** "": the resource's own. */
      readonly namespace: string;
    }
  | { readonly type: "selector"; readonly labels: Readonly<Record<string, string>> }
  | { readonly type: "all" };

/** Something about one place of a resource. `pointer`: JSON pointer in the resource. */
export interface Remark {
  readonly pointer: string;
  readonly message: string;
}

/** A resource in the filter's own language. */
export interface Conversion {
  /** The filter's configuration, its name included. */
  readonly configuration: JsonObject;
  /** Pointers of the configuration and the pointers of the resource that they came from; the longest one counts. */
  readonly sources: Readonly<Record<string, string>>;
  /** Pointer of each target in the resource. */
  readonly targets: readonly { readonly target: Target; readonly pointer: string }[];
  readonly remarks: readonly Remark[];
}

/** One of the resources that make policies together. */
export interface Piece {
  readonly resource: Resource;
  /** Of the filter's own kind. */
  readonly own: boolean;
}

/** A place in one of several resources, by its index. */
export interface Source {
  readonly piece: number;
  readonly pointer: string;
}

/** A policy that was made of several resources. */
export interface Assembled {
  /** The one whose name the policy has, and to which the pointers of `conversion` belong. */
  readonly main: number;
  readonly conversion: Conversion;
  /** Pointers of the configuration that came from others. */
  readonly elsewhere: Readonly<Record<string, Source>>;
  /** It is checked, and then left out: it is for nobody here. */
  readonly leftOut?: true;
}

export interface Assembly {
  readonly policies: readonly Assembled[];
  readonly problems: readonly (Source & { readonly message: string })[];
  readonly remarks: readonly (Source & { readonly message: string })[];
}

/** A native filter that has to run in front of ours, for one configuration. */
export interface Companion {
  /** An entry of http_filters, in the JSON form of its protos. */
  readonly filter: JsonObject;
  /** What asks for it in the configuration. */
  readonly pointer: string;
  /** What to write for a target that takes no such filter. */
  readonly instead: string;
  /**
   * Those that the filter calls. Only a bootstrap can have them: `pointer` is where the configuration asks for one, `instead`
   * what to write for other targets.
   */
  readonly clusters: readonly { readonly pointer: string; readonly cluster: JsonObject; readonly instead: string }[];
  /** Why the filter can't be made. Pointers of the configuration. */
  readonly problems: readonly Remark[];
}

/** What a filter's decisions need of the routes of the platform. */
export interface RoutePlan {
  /** A route to stand first in each virtual host, in the JSON form of its proto. */
  readonly inserted?: JsonObject;
  /** Istio: what is merged into the route of that name. */
  readonly merged?: { readonly route: string; readonly value: JsonObject };
  /** Istio: the documents of `--routes` as they have to be. */
  readonly documents: readonly JsonObject[];
  /** Pointers of the configuration. */
  readonly problems: readonly Remark[];
  readonly remarks: readonly string[];
}

/** What `filters/<name>/convert.ts` exports. All of it is pure. */
export interface Converter {
  /** The native resources that the filter reads besides its own kind. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  /**
   * A resource of one of `kinds`. Returns what is wrong when it can't be converted. Not called when there is `assemble`.
   */
  convert?(resource: Resource): Conversion | { readonly problems: readonly Remark[] };
  /** Where a policy can be made of several resources: all of them that were read, those of the own kind included. */
  assemble?(pieces: readonly Piece[]): Assembly;
  /** The native filter that an accepted configuration needs in front of it. */
  companion?(configuration: JsonObject): Companion | undefined;
  /**
   * The same policy where no native filter writes the facts document: what it asks of the proxy are single properties.
   * @param peer filter state that holds the peer's identity
   */
  withProperties?(configuration: JsonObject, peer: string): JsonObject;
  /**
   * What an accepted configuration needs of the platform's routes.
   * @param given documents of `--routes`; undefined: the option was not given
   */
  routes?(configuration: JsonObject, given: readonly JsonObject[] | undefined): RoutePlan;
  /** What changes for users, a line each. Both configurations were accepted and have their defaults filled in. */
  compare(before: JsonObject, after: JsonObject): string[];
  /** What a configuration, defaults filled in, means on `proxies` proxies together. */
  remarks(configuration: JsonObject, proxies: number): string[];
}

/** A place in a file; lines and columns from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a policy file. `pointer` is "" for what concerns the text as a whole. */
export interface Problem extends Place {
  readonly pointer: string;
  readonly message: string;
}

/** A policy that the built module accepted. */
export interface Policy {
  readonly filter: Filter;
  readonly resource: Resource;
  readonly conversion: Conversion;
  /** JSON text of the configuration. */
  readonly text: string;
  /** The policy hash that the module publishes, 48 bits. */
  readonly hash: bigint;
  /** Where the document begins. */
  readonly place: Place;
  /** @param pointer in the resource */
  placeOf(pointer: string): Place;
  readonly companion: Companion | undefined;
  /** The configuration where no native filter writes the facts document; undefined: there is none. */
  withProperties(peer: string): JsonObject | undefined;
  /** What the policy needs of the platform's routes; undefined: nothing. */
  routes(given: readonly JsonObject[] | undefined): RoutePlan | undefined;
  /** A complaint about a place of the configuration, as one about the place in the files that it came from. */
  problemOf(remark: Remark): Problem;
}

/** `file:line:column: pointer: message`. */
export function problemLine({ file, line, column, pointer, message }: Problem): string {
  return `${file}:${line}:${column}: ${pointer === "" ? "" : `${pointer}: `}${message}`;
}

/** `file:line` of a place, for messages about another one. */
export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** The hash as it is shown everywhere: 12 hexadecimal digits. */
export function hashText(hash: bigint): string {
  return hash.toString(16).padStart(12, "0");
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One step of a JSON pointer. */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
