/** What policies are compiled to. */
import { ByteBuilder } from "../../assembly/bytes";
import { Cidr } from "../../assembly/cidr";
import { Lookup } from "./lookup";

/** What a condition looks at. */
export namespace Attribute {
  export const HOST: u8 = 0;
  export const METHOD: u8 = 1;
  export const PATH: u8 = 2;
  export const PORT: u8 = 3;
  export const DESTINATION_IP: u8 = 4;
  export const SNI: u8 = 5;
  export const PRINCIPAL: u8 = 6;
  export const REQUEST_PRINCIPAL: u8 = 7;
  export const SERVICE_ACCOUNT: u8 = 8;
  export const TRUST_DOMAIN: u8 = 9;
  export const NAMESPACE: u8 = 10;
  export const REMOTE_IP: u8 = 11;
  export const SOURCE_IP: u8 = 12;
  export const HEADER: u8 = 13;
  export const CLAIM: u8 = 14;
  /** All values must hold, not one of them: claims.ts. */
  export const TYPED_CLAIM: u8 = 15;
}

/** How a value is compared, after the kinds of assembly/pattern. */
export namespace Kind {
  /** `bytes`: a compiled path template. */
  export const TEMPLATE: u8 = 5;
  /** An ID that begins with spiffe:// and ends with `bytes`. */
  export const SPIFFE_SUFFIX: u8 = 6;
  /** `bytes`: glob over the whole ID; `second`: glob over the namespace. */
  export const NAMESPACE: u8 = 7;
  /** `bytes`: /ns/<namespace>/; `second`: sa/<account>. */
  export const ACCOUNT: u8 = 8;
  /** `bytes`: glob over the trust domain. */
  export const TRUST_DOMAIN: u8 = 9;
  /** `block`. */
  export const BLOCK: u8 = 10;
  /** `number`: a port. */
  export const PORT: u8 = 11;
  /** `bytes` in the way of `number` against the issuer, `second` in the way of `secondKind` against the subject. */
  export const TOKEN: u8 = 12;
  /** `bytes`: the least and the greatest number, in thousandths. */
  export const RANGE: u8 = 13;
  /** `number`: 1 for true. */
  export const BOOLEAN: u8 = 14;
  /** `bytes`: a member of the list. */
  export const MEMBER: u8 = 15;
  /** `bytes`: a compiled path template with a variable. */
  export const VARIABLE: u8 = 16;
}

/** Shared by all that has none: policies are many, and memory never shrinks. */
const EMPTY = new StaticArray<u8>(0);
const NO_KEYS: Array<StaticArray<u8>> = [];
const NO_CLAUSES = new StaticArray<Clause>(0);

/** One value of a condition. */
export class Value {
  second: StaticArray<u8> = EMPTY;
  secondKind: u8 = 0;
  number: i32 = 0;
  block: Cidr | null = null;
  /** The next value of the same list. */
  next: Value | null = null;
  constructor(
    readonly kind: u8,
    readonly bytes: StaticArray<u8> = EMPTY,
  ) {}
}

/** One field of a source or an operation, or one `when`: one of the values, and none of the not-values. */
export class Condition {
  /** The first of each; null: there is none. */
  values: Value | null = null;
  notValues: Value | null = null;
  /** Name of a header, in lower case. */
  name: StaticArray<u8> = EMPTY;
  /** Keys that lead to a claim. */
  claim: Array<StaticArray<u8>> = NO_KEYS;
  /** A value of this header's holds a comma, so its lines are not read as lists. */
  whole: bool = false;
  constructor(readonly attribute: u8) {}
}

/** One `from` or one `to`, each with the conditions of `when` that belong to it: all must hold. */
export type Clause = StaticArray<Condition>;

/** The policy that rules come from: what their names begin with. Put together when needed: rules are many. */
export class Origin {
  constructor(
    /** ns[<namespace>]-policy[<name>]-rule[: Envoy evaluates in the order of these, the index and a bracket behind them. */
    readonly id: StaticArray<u8>,
    /** <namespace>/<name>/. */
    readonly name: StaticArray<u8>,
  ) {}
}

/** One rule of one policy: some `to` and some `from`. */
export class Rule {
  /** Number of the counter of its denials in this VM; -1: not defined yet. */
  counter: i32 = -1;
  /** Details of the answer when this rule denies; empty: it has not denied yet. */
  details: StaticArray<u8> = EMPTY;
  permissions: StaticArray<Clause> = NO_CLAUSES;
  principals: StaticArray<Clause> = NO_CLAUSES;
  constructor(
    readonly origin: Origin,
    /** Its place in the policy. */
    readonly index: i32,
  ) {}

  /** Puts <namespace>/<name>/<index>. */
  putName(to: ByteBuilder): ByteBuilder {
    return to.add(this.origin.name).decimal(this.index);
  }

  /** Puts what Envoy's order goes by. */
  putId(to: ByteBuilder): ByteBuilder {
    return to.clear().add(this.origin.id).decimal(this.index).byte(0x5d);
  }
}

/** The rules of one action. */
export class RuleSet {
  rules: Array<Rule> = [];
  /** Whether there is a policy of this action, if only one without rules. */
  present: bool = false;
  lookup: Lookup = new Lookup();
}

/** Where a token can stand. */
export namespace Place {
  export const HEADER: u8 = 0;
  export const PARAMETER: u8 = 1;
  export const COOKIE: u8 = 2;
}

/** One place where tokens are looked for. */
export class TokenPlace {
  constructor(
    readonly kind: u8,
    /** Name of the header (in lower case), the parameter or the cookie. */
    readonly name: StaticArray<u8>,
    /** What stands before the token in a header. */
    readonly prefix: StaticArray<u8>,
    /** The token goes on to the service. */
    public keep: bool,
  ) {}
}

/** One public key of an issuer. */
export class TokenKey {
  constructor(
    /** Bits of keys.ts. */
    readonly algorithms: u32,
    /** Null: it has none. */
    readonly id: StaticArray<u8> | null,
  ) {}
}

/** Who issues tokens. */
export class Issuer {
  constructor(
    readonly name: StaticArray<u8>,
    /** Null: they are behind an address, and jwt_authn alone knows them. */
    readonly keys: Array<TokenKey> | null,
  ) {}
}

/** Parts of the facts that some condition needs. */
export namespace Need {
  export const IDENTITY: u32 = 1;
  export const SNI: u32 = 2;
  export const SOURCE: u32 = 4;
  export const REMOTE: u32 = 8;
  export const DESTINATION: u32 = 16;
  export const CLAIMS: u32 = 32;
}

/** A configuration, ready to use. */
export class Policy {
  name: StaticArray<u8> = EMPTY;
  strict: bool = true;
  shadow: bool = false;
  /** Facts come as one document, else as single properties. */
  document: bool = true;
  /** Key of the filter state with the peer's identity; empty: the first URI SAN. */
  identityKey: StaticArray<u8> = EMPTY;
  /** Steps of assembly/path that the mesh takes. */
  steps: i32 = 0;
  /** The mesh's own trust domains. */
  readonly trustDomains: Array<StaticArray<u8>> = [];
  /** What rules need of the facts. */
  needs: u32 = 0;
  readonly allow: RuleSet = new RuleSet();
  readonly deny: RuleSet = new RuleSet();
  readonly audit: RuleSet = new RuleSet();
  readonly dryAllow: RuleSet = new RuleSet();
  readonly dryDeny: RuleSet = new RuleSet();
  /** strict with token: full, and there is somewhere to look for tokens. */
  checksTokens: bool = false;
  readonly places: Array<TokenPlace> = [];
  readonly issuers: Array<Issuer> = [];
  /** What typ of a token may be; empty: anything. */
  readonly tokenTypes: Array<StaticArray<u8>> = [];
  /** Paths that need no permission. */
  exempt: Condition | null = null;
  /** The answer to a denied request. */
  status: i32 = 403;
  body: StaticArray<u8> = EMPTY;
  headers: StaticArray<u8> = EMPTY;
}
