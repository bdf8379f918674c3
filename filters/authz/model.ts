/** What policies are compiled to. */
import { ByteBuilder } from "../../assembly/bytes";
import { Store } from "../../assembly/store";
import { Lookup } from "./lookup";
import { ID_NAMESPACE, ID_POLICY, ID_RULE } from "./texts.gen";

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
  /** `bytes`: the address of a block, as many as its family has; `number`: the bits that count. */
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

const EMPTY = new StaticArray<u8>(0);

/** One value of a condition, in the policy's store; its bytes lie behind it. */
@unmanaged
export class Value {
  /** The next value of the same list. */
  next: Value | null;
  /** How many bytes. */
  length: i32;
  kind: u8;
  secondKind: u8;
  number: u16;

  get bytes(): usize {
    return changetype<usize>(this) + offsetof<Value>();
  }

  /** Of kinds that have a second text: it lies behind the bytes, and its length before it. */
  get second(): usize {
    return this.bytes + <usize>this.length + sizeof<i32>();
  }

  get secondLength(): i32 {
    return load<i32>(this.bytes + <usize>this.length);
  }

  set secondLength(length: i32) {
    store<i32>(this.bytes + <usize>this.length, length);
  }
}

/** A value with one text. */
export function newValue(room: Store, kind: u8, address: usize, length: i32, more: i32 = 0): Value {
  const value = changetype<Value>(room.take(<i32>offsetof<Value>() + length + more));
  value.kind = kind;
  value.length = length;
  memory.copy(value.bytes, address, <usize>length);
  return value;
}

/** A value with two. */
export function newPair(room: Store, kind: u8, first: ByteBuilder, second: ByteBuilder): Value {
  const value = newValue(room, kind, first.address, first.length, <i32>sizeof<i32>() + second.length);
  value.secondLength = second.length;
  memory.copy(value.second, second.address, <usize>second.length);
  return value;
}

/** One field of a source or an operation, or one `when`: one of the values, and none of the not-values. In the policy's store. */
@unmanaged
export class Condition {
  /** The first of each; null: there is none. */
  values: Value | null;
  notValues: Value | null;
  attribute: u8;
  /** A value of this header's holds a comma, so its lines are not read as lists. */
  whole: bool;

  /** Name of a header, in lower case; the keys that lead to a claim, with NUL between them. Others have none. */
  get name(): usize {
    return changetype<usize>(this) + offsetof<Condition>() + sizeof<i32>();
  }

  get nameLength(): i32 {
    return load<i32>(changetype<usize>(this) + offsetof<Condition>());
  }
}

export function newCondition(room: Store, attribute: u8): Condition {
  const condition = changetype<Condition>(room.take(<i32>offsetof<Condition>()));
  condition.attribute = attribute;
  return condition;
}

export function newNamedCondition(room: Store, attribute: u8, name: ByteBuilder): Condition {
  const length = name.length;
  const condition = changetype<Condition>(room.take(<i32>offsetof<Condition>() + <i32>sizeof<i32>() + length));
  condition.attribute = attribute;
  store<i32>(condition.name - sizeof<i32>(), length);
  memory.copy(condition.name, name.address, <usize>length);
  return condition;
}

/**
 * Some `from` or some `to`, of which one must match: their number, and the clauses behind one another. A clause is the number
 * of its conditions and their addresses, those of `when` that belong to it included: all must hold.
 */
export type Clauses = usize;
export type Clause = usize;

export function clauseCount(clauses: Clauses): i32 {
  return load<i32>(clauses);
}

export function firstClause(clauses: Clauses): Clause {
  return clauses + sizeof<i32>();
}

/** What lies behind a clause: the next one, unless it was the last. */
export function nextClause(clause: Clause): Clause {
  return clause + sizeof<i32>() + <usize>conditionCount(clause) * sizeof<usize>();
}

export function conditionCount(clause: Clause): i32 {
  return load<i32>(clause);
}

export function conditionAt(clause: Clause, index: i32): Condition {
  return changetype<Condition>(load<usize>(clause + sizeof<i32>() + <usize>index * sizeof<usize>()));
}

/** The policy that rules come from, in the store. What the names of its rules begin with is put together when needed. */
@unmanaged
export class Origin {
  /** Bytes of namespace and name, which lie behind in this order. */
  namespaceLength: i32;
  nameLength: i32;

  get namespace(): usize {
    return changetype<usize>(this) + offsetof<Origin>();
  }

  get name(): usize {
    return this.namespace + <usize>this.namespaceLength;
  }
}

export function newOrigin(room: Store, namespace: usize, namespaceLength: i32, name: usize, nameLength: i32): Origin {
  const origin = changetype<Origin>(room.take(<i32>offsetof<Origin>() + namespaceLength + nameLength));
  origin.namespaceLength = namespaceLength;
  origin.nameLength = nameLength;
  memory.copy(origin.namespace, namespace, <usize>namespaceLength);
  memory.copy(origin.name, name, <usize>nameLength);
  return origin;
}

/** One rule of one policy: some `to` and some `from`. In the policy's store, its principals behind it. */
@unmanaged
export class Rule {
  /** Number of the counter of its denials in this VM, plus 1; 0: not defined yet. */
  counter: i32;
  origin: Origin;
  /** Its place in the policy. */
  index: i32;
  permissions: Clauses;

  get principals(): Clauses {
    return changetype<usize>(this) + offsetof<Rule>();
  }

  /** Puts <namespace>/<name>/<index>. */
  putName(to: ByteBuilder): ByteBuilder {
    const origin = this.origin;
    to.bytes(origin.namespace, origin.namespaceLength).byte(0x2f).bytes(origin.name, origin.nameLength);
    return to.byte(0x2f).decimal(this.index);
  }

  /** Puts what Envoy's order goes by: ns[<namespace>]-policy[<name>]-rule[<index>]. */
  putId(to: ByteBuilder): ByteBuilder {
    const origin = this.origin;
    to.clear().text(ID_NAMESPACE).bytes(origin.namespace, origin.namespaceLength);
    to.text(ID_POLICY).bytes(origin.name, origin.nameLength);
    return to.text(ID_RULE).decimal(this.index).byte(0x5d);
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
  /** Where rules, conditions and values lie. */
  readonly store: Store = new Store();
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
