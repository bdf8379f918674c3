// Made from schema.json by `npm run gen`: change that file, not this one.

/** Bytes of the longest configuration that is read. */
export const SIZE_LIMIT: i32 = 1048576;

// Slots of the configuration.
export const NAME: i32 = 0;
export const PROFILE: i32 = 1;
export const MODE: i32 = 2;
export const FACTS: i32 = 3;
export const IDENTITY: i32 = 4;
export const TOKEN: i32 = 5;
export const WORKLOAD: i32 = 6;
export const POLICIES: i32 = 7;
export const REQUEST_AUTHENTICATIONS: i32 = 8;
export const TOKEN_TYPES: i32 = 9;
export const EXEMPT_PATHS: i32 = 10;
export const DENY: i32 = 11;

// Values of profile.
export const PROFILE_STRICT: i32 = 0;
export const PROFILE_COMPAT: i32 = 1;

// Values of mode.
export const MODE_ENFORCE: i32 = 0;
export const MODE_SHADOW: i32 = 1;

// Values of facts.
export const FACTS_DOCUMENT: i32 = 0;
export const FACTS_PROPERTIES: i32 = 1;

// Slots of identity.
export const IDENTITY_FILTER_STATE: i32 = 0;

// Values of token.
export const TOKEN_FULL: i32 = 0;
export const TOKEN_CLAIMS_ONLY: i32 = 1;

// Slots of workload.
export const WORKLOAD_NAMESPACE: i32 = 0;
export const WORKLOAD_LABELS: i32 = 1;
export const WORKLOAD_TRUST_DOMAIN: i32 = 2;
export const WORKLOAD_TRUST_DOMAIN_ALIASES: i32 = 3;
export const WORKLOAD_ROOT_NAMESPACE: i32 = 4;
export const WORKLOAD_PATH_NORMALIZATION: i32 = 5;

// Values of workload.pathNormalization.
export const WORKLOAD_PATH_NORMALIZATION_NONE: i32 = 0;
export const WORKLOAD_PATH_NORMALIZATION_BASE: i32 = 1;
export const WORKLOAD_PATH_NORMALIZATION_MERGE_SLASHES: i32 = 2;
export const WORKLOAD_PATH_NORMALIZATION_DECODE_AND_MERGE_SLASHES: i32 = 3;

// Slots of policies.
export const POLICIES_NAMESPACE: i32 = 0;
export const POLICIES_NAME: i32 = 1;
export const POLICIES_DRY_RUN: i32 = 2;
export const POLICIES_CLAIMS: i32 = 3;
export const POLICIES_SPEC: i32 = 4;

// Slots of policies.claims.
export const POLICIES_CLAIMS_KEY: i32 = 0;
export const POLICIES_CLAIMS_NUMBER: i32 = 1;
export const POLICIES_CLAIMS_BOOLEAN: i32 = 2;
export const POLICIES_CLAIMS_HAS_ALL: i32 = 3;
export const POLICIES_CLAIMS_PATH: i32 = 4;

// Slots of policies.claims.number.
export const POLICIES_CLAIMS_NUMBER_MIN: i32 = 0;
export const POLICIES_CLAIMS_NUMBER_MAX: i32 = 1;

// Slots of policies.spec.
export const POLICIES_SPEC_SELECTOR: i32 = 0;
export const POLICIES_SPEC_TARGET_REF: i32 = 1;
export const POLICIES_SPEC_TARGET_REFS: i32 = 2;
export const POLICIES_SPEC_ACTION: i32 = 3;
export const POLICIES_SPEC_PROVIDER: i32 = 4;
export const POLICIES_SPEC_RULES: i32 = 5;

// Slots of policies.spec.selector.
export const POLICIES_SPEC_SELECTOR_MATCH_LABELS: i32 = 0;

// Slots of policies.spec.targetRef.
export const POLICIES_SPEC_TARGET_REF_GROUP: i32 = 0;
export const POLICIES_SPEC_TARGET_REF_KIND: i32 = 1;
export const POLICIES_SPEC_TARGET_REF_NAME: i32 = 2;

// Slots of policies.spec.targetRefs.
export const POLICIES_SPEC_TARGET_REFS_GROUP: i32 = 0;
export const POLICIES_SPEC_TARGET_REFS_KIND: i32 = 1;
export const POLICIES_SPEC_TARGET_REFS_NAME: i32 = 2;

// Values of policies.spec.action.
export const POLICIES_SPEC_ACTION_ALLOW: i32 = 0;
export const POLICIES_SPEC_ACTION_DENY: i32 = 1;
export const POLICIES_SPEC_ACTION_AUDIT: i32 = 2;
export const POLICIES_SPEC_ACTION_CUSTOM: i32 = 3;

// Slots of policies.spec.provider.
export const POLICIES_SPEC_PROVIDER_NAME: i32 = 0;

// Slots of policies.spec.rules.
export const POLICIES_SPEC_RULES_FROM: i32 = 0;
export const POLICIES_SPEC_RULES_TO: i32 = 1;
export const POLICIES_SPEC_RULES_WHEN: i32 = 2;

// Slots of policies.spec.rules.from.
export const POLICIES_SPEC_RULES_FROM_SOURCE: i32 = 0;

// Slots of policies.spec.rules.from.source.
export const POLICIES_SPEC_RULES_FROM_SOURCE_PRINCIPALS: i32 = 0;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_PRINCIPALS: i32 = 1;
export const POLICIES_SPEC_RULES_FROM_SOURCE_REQUEST_PRINCIPALS: i32 = 2;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_REQUEST_PRINCIPALS: i32 = 3;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NAMESPACES: i32 = 4;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_NAMESPACES: i32 = 5;
export const POLICIES_SPEC_RULES_FROM_SOURCE_SERVICE_ACCOUNTS: i32 = 6;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_SERVICE_ACCOUNTS: i32 = 7;
export const POLICIES_SPEC_RULES_FROM_SOURCE_TRUST_DOMAINS: i32 = 8;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_TRUST_DOMAINS: i32 = 9;
export const POLICIES_SPEC_RULES_FROM_SOURCE_IP_BLOCKS: i32 = 10;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_IP_BLOCKS: i32 = 11;
export const POLICIES_SPEC_RULES_FROM_SOURCE_REMOTE_IP_BLOCKS: i32 = 12;
export const POLICIES_SPEC_RULES_FROM_SOURCE_NOT_REMOTE_IP_BLOCKS: i32 = 13;

// Slots of policies.spec.rules.to.
export const POLICIES_SPEC_RULES_TO_OPERATION: i32 = 0;

// Slots of policies.spec.rules.to.operation.
export const POLICIES_SPEC_RULES_TO_OPERATION_HOSTS: i32 = 0;
export const POLICIES_SPEC_RULES_TO_OPERATION_NOT_HOSTS: i32 = 1;
export const POLICIES_SPEC_RULES_TO_OPERATION_PORTS: i32 = 2;
export const POLICIES_SPEC_RULES_TO_OPERATION_NOT_PORTS: i32 = 3;
export const POLICIES_SPEC_RULES_TO_OPERATION_METHODS: i32 = 4;
export const POLICIES_SPEC_RULES_TO_OPERATION_NOT_METHODS: i32 = 5;
export const POLICIES_SPEC_RULES_TO_OPERATION_PATHS: i32 = 6;
export const POLICIES_SPEC_RULES_TO_OPERATION_NOT_PATHS: i32 = 7;

// Slots of policies.spec.rules.when.
export const POLICIES_SPEC_RULES_WHEN_KEY: i32 = 0;
export const POLICIES_SPEC_RULES_WHEN_VALUES: i32 = 1;
export const POLICIES_SPEC_RULES_WHEN_NOT_VALUES: i32 = 2;

// Slots of requestAuthentications.
export const REQUEST_AUTHENTICATIONS_NAMESPACE: i32 = 0;
export const REQUEST_AUTHENTICATIONS_NAME: i32 = 1;
export const REQUEST_AUTHENTICATIONS_SPEC: i32 = 2;

// Slots of requestAuthentications.spec.
export const REQUEST_AUTHENTICATIONS_SPEC_SELECTOR: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF: i32 = 1;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS: i32 = 2;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES: i32 = 3;

// Slots of requestAuthentications.spec.selector.
export const REQUEST_AUTHENTICATIONS_SPEC_SELECTOR_MATCH_LABELS: i32 = 0;

// Slots of requestAuthentications.spec.targetRef.
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_GROUP: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_KIND: i32 = 1;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REF_NAME: i32 = 2;

// Slots of requestAuthentications.spec.targetRefs.
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_GROUP: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_KIND: i32 = 1;
export const REQUEST_AUTHENTICATIONS_SPEC_TARGET_REFS_NAME: i32 = 2;

// Slots of requestAuthentications.spec.jwtRules.
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_ISSUER: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_AUDIENCES: i32 = 1;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_JWKS_URI: i32 = 2;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_JWKS: i32 = 3;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS: i32 = 4;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_PARAMS: i32 = 5;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_COOKIES: i32 = 6;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_PAYLOAD_TO_HEADER: i32 = 7;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS: i32 = 8;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FORWARD_ORIGINAL_TOKEN: i32 = 9;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_TIMEOUT: i32 = 10;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_SPACE_DELIMITED_CLAIMS: i32 = 11;

// Slots of requestAuthentications.spec.jwtRules.fromHeaders.
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS_NAME: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_FROM_HEADERS_PREFIX: i32 = 1;

// Slots of requestAuthentications.spec.jwtRules.outputClaimToHeaders.
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS_HEADER: i32 = 0;
export const REQUEST_AUTHENTICATIONS_SPEC_JWT_RULES_OUTPUT_CLAIM_TO_HEADERS_CLAIM: i32 = 1;

// Slots of deny.
export const DENY_STATUS: i32 = 0;
export const DENY_BODY: i32 = 1;
export const DENY_HEADERS: i32 = 2;

// Slots of deny.headers.
export const DENY_HEADERS_NAME: i32 = 0;
export const DENY_HEADERS_VALUE: i32 = 1;

/** What the checker walks; laid out as assembly/config/table.ts says. */
export const TABLE: usize = memory.data<u8>([
  0, 12, 11, 10, 3, 4, 2, 0, 7, 1, 8, 5, 9, 6, 1, 225, 0, 4, 110, 97, 109, 101, 0, 0, 0, 56, 1, 7, 112, 114, 111, 102,
  105, 108, 101, 8, 0, 34, 115, 116, 114, 105, 99, 116, 34, 0, 90, 1, 4, 109, 111, 100, 101, 9, 0, 34, 101, 110, 102,
  111, 114, 99, 101, 34, 0, 125, 1, 5, 102, 97, 99, 116, 115, 10, 0, 34, 100, 111, 99, 117, 109, 101, 110, 116, 34, 0,
  165, 1, 8, 105, 100, 101, 110, 116, 105, 116, 121, 0, 0, 0, 185, 1, 5, 116, 111, 107, 101, 110, 6, 0, 34, 102, 117,
  108, 108, 34, 0, 221, 1, 8, 119, 111, 114, 107, 108, 111, 97, 100, 2, 0, 123, 125, 1, 131, 2, 8, 112, 111, 108, 105,
  99, 105, 101, 115, 0, 0, 0, 142, 2, 22, 114, 101, 113, 117, 101, 115, 116, 65, 117, 116, 104, 101, 110, 116, 105, 99,
  97, 116, 105, 111, 110, 115, 2, 0, 91, 93, 0, 153, 2, 10, 116, 111, 107, 101, 110, 84, 121, 112, 101, 115, 2, 0, 91,
  93, 0, 164, 2, 11, 101, 120, 101, 109, 112, 116, 80, 97, 116, 104, 115, 2, 0, 91, 93, 0, 175, 2, 4, 100, 101, 110,
  121, 2, 0, 123, 125, 7, 85, 49, 32, 116, 111, 32, 54, 51, 32, 99, 104, 97, 114, 97, 99, 116, 101, 114, 115, 32, 111,
  102, 32, 97, 45, 122, 44, 32, 48, 45, 57, 44, 32, 34, 45, 34, 32, 97, 110, 100, 32, 34, 46, 34, 44, 32, 116, 104, 101,
  32, 102, 105, 114, 115, 116, 32, 97, 110, 100, 32, 116, 104, 101, 32, 108, 97, 115, 116, 32, 97, 32, 108, 101, 116,
  116, 101, 114, 32, 111, 114, 32, 100, 105, 103, 105, 116, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 115, 116, 114, 105, 99,
  116, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 99, 111, 109, 112, 97, 116, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7, 101, 110, 102, 111,
  114, 99, 101, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 115, 104, 97, 100, 111, 119, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 8, 100, 111,
  99, 117, 109, 101, 110, 116, 1, 0, 0, 0, 0, 0, 0, 0, 0, 10, 112, 114, 111, 112, 101, 114, 116, 105, 101, 115, 0, 1, 0,
  1, 241, 2, 11, 102, 105, 108, 116, 101, 114, 83, 116, 97, 116, 101, 0, 0, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 102,
  117, 108, 108, 1, 0, 0, 0, 0, 0, 0, 0, 0, 10, 99, 108, 97, 105, 109, 115, 79, 110, 108, 121, 0, 6, 1, 0, 5, 4, 2, 3,
  0, 250, 2, 9, 110, 97, 109, 101, 115, 112, 97, 99, 101, 9, 0, 34, 100, 101, 102, 97, 117, 108, 116, 34, 0, 3, 3, 6,
  108, 97, 98, 101, 108, 115, 2, 0, 123, 125, 0, 14, 3, 11, 116, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 15, 0,
  34, 99, 108, 117, 115, 116, 101, 114, 46, 108, 111, 99, 97, 108, 34, 0, 23, 3, 18, 116, 114, 117, 115, 116, 68, 111,
  109, 97, 105, 110, 65, 108, 105, 97, 115, 101, 115, 2, 0, 91, 93, 0, 250, 2, 13, 114, 111, 111, 116, 78, 97, 109, 101,
  115, 112, 97, 99, 101, 14, 0, 34, 105, 115, 116, 105, 111, 45, 115, 121, 115, 116, 101, 109, 34, 0, 34, 3, 17, 112,
  97, 116, 104, 78, 111, 114, 109, 97, 108, 105, 122, 97, 116, 105, 111, 110, 6, 0, 34, 66, 65, 83, 69, 34, 1, 0, 0, 0,
  0, 16, 39, 0, 0, 121, 3, 1, 0, 0, 0, 0, 232, 3, 0, 0, 192, 3, 1, 0, 0, 0, 0, 16, 0, 0, 0, 232, 3, 1, 0, 0, 0, 0, 64,
  0, 0, 0, 241, 3, 0, 3, 1, 2, 0, 0, 250, 3, 6, 115, 116, 97, 116, 117, 115, 3, 0, 52, 48, 51, 0, 50, 4, 4, 98, 111,
  100, 121, 21, 0, 34, 82, 66, 65, 67, 58, 32, 97, 99, 99, 101, 115, 115, 32, 100, 101, 110, 105, 101, 100, 34, 0, 59,
  4, 7, 104, 101, 97, 100, 101, 114, 115, 2, 0, 91, 93, 3, 1, 0, 0, 0, 0, 1, 0, 0, 3, 1, 0, 0, 0, 63, 0, 0, 0, 2, 0, 0,
  0, 0, 0, 1, 0, 0, 70, 4, 3, 1, 0, 0, 0, 255, 0, 0, 0, 1, 0, 0, 0, 0, 64, 0, 0, 0, 14, 3, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0,
  0, 4, 78, 79, 78, 69, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 66, 65, 83, 69, 1, 0, 0, 0, 0, 0, 0, 0, 0, 13, 77, 69, 82, 71, 69,
  95, 83, 76, 65, 83, 72, 69, 83, 1, 0, 0, 0, 0, 0, 0, 0, 0, 24, 68, 69, 67, 79, 68, 69, 95, 65, 78, 68, 95, 77, 69, 82,
  71, 69, 95, 83, 76, 65, 83, 72, 69, 83, 0, 5, 3, 2, 1, 0, 4, 1, 250, 2, 9, 110, 97, 109, 101, 115, 112, 97, 99, 101,
  0, 0, 1, 79, 4, 4, 110, 97, 109, 101, 0, 0, 0, 88, 4, 6, 100, 114, 121, 82, 117, 110, 5, 0, 102, 97, 108, 115, 101, 0,
  103, 4, 6, 99, 108, 97, 105, 109, 115, 0, 0, 1, 114, 4, 4, 115, 112, 101, 99, 0, 0, 0, 3, 1, 0, 2, 1, 250, 2, 9, 110,
  97, 109, 101, 115, 112, 97, 99, 101, 0, 0, 1, 79, 4, 4, 110, 97, 109, 101, 0, 0, 1, 211, 4, 4, 115, 112, 101, 99, 0,
  0, 3, 1, 0, 0, 0, 64, 0, 0, 0, 3, 1, 0, 0, 0, 0, 4, 0, 0, 5, 30, 97, 32, 119, 104, 111, 108, 101, 32, 110, 117, 109,
  98, 101, 114, 32, 102, 114, 111, 109, 32, 51, 48, 48, 32, 116, 111, 32, 53, 57, 57, 224, 147, 4, 0, 0, 0, 0, 0, 216,
  35, 9, 0, 0, 0, 0, 0, 232, 3, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 16, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0, 0, 20, 5, 3, 0,
  0, 0, 0, 253, 0, 0, 0, 3, 1, 0, 0, 0, 253, 0, 0, 0, 8, 13, 116, 114, 117, 101, 32, 111, 114, 32, 102, 97, 108, 115,
  101, 1, 0, 0, 0, 0, 16, 0, 0, 0, 45, 5, 0, 6, 3, 4, 5, 0, 1, 2, 0, 108, 5, 8, 115, 101, 108, 101, 99, 116, 111, 114,
  0, 0, 0, 128, 5, 9, 116, 97, 114, 103, 101, 116, 82, 101, 102, 0, 0, 0, 166, 5, 10, 116, 97, 114, 103, 101, 116, 82,
  101, 102, 115, 0, 0, 0, 177, 5, 6, 97, 99, 116, 105, 111, 110, 7, 0, 34, 65, 76, 76, 79, 87, 34, 0, 239, 5, 8, 112,
  114, 111, 118, 105, 100, 101, 114, 0, 0, 0, 252, 5, 5, 114, 117, 108, 101, 115, 0, 0, 0, 4, 3, 0, 1, 2, 0, 108, 5, 8,
  115, 101, 108, 101, 99, 116, 111, 114, 0, 0, 0, 128, 5, 9, 116, 97, 114, 103, 101, 116, 82, 101, 102, 0, 0, 0, 166, 5,
  10, 116, 97, 114, 103, 101, 116, 82, 101, 102, 115, 0, 0, 0, 7, 6, 8, 106, 119, 116, 82, 117, 108, 101, 115, 0, 0, 0,
  2, 0, 1, 1, 241, 2, 4, 110, 97, 109, 101, 0, 0, 1, 50, 4, 5, 118, 97, 108, 117, 101, 0, 0, 0, 5, 2, 3, 0, 1, 4, 1, 18,
  6, 3, 107, 101, 121, 0, 0, 0, 27, 6, 6, 110, 117, 109, 98, 101, 114, 0, 0, 0, 88, 4, 7, 98, 111, 111, 108, 101, 97,
  110, 0, 0, 0, 49, 6, 6, 104, 97, 115, 65, 108, 108, 0, 0, 0, 18, 6, 4, 112, 97, 116, 104, 0, 0, 0, 1, 0, 0, 3, 3, 11,
  109, 97, 116, 99, 104, 76, 97, 98, 101, 108, 115, 0, 0, 0, 3, 0, 1, 2, 0, 70, 4, 5, 103, 114, 111, 117, 112, 2, 0, 34,
  34, 1, 250, 2, 4, 107, 105, 110, 100, 0, 0, 1, 79, 4, 4, 110, 97, 109, 101, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0, 0, 128, 5,
  4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 65, 76, 76, 79, 87, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 68, 69, 78, 89, 1, 0, 0, 0, 0,
  0, 0, 0, 0, 5, 65, 85, 68, 73, 84, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 67, 85, 83, 84, 79, 77, 0, 1, 0, 0, 70, 4, 4, 110,
  97, 109, 101, 0, 0, 1, 0, 0, 0, 0, 16, 39, 0, 0, 60, 6, 1, 0, 0, 0, 0, 0, 16, 0, 0, 93, 6, 3, 1, 0, 0, 0, 0, 0, 16, 0,
  0, 2, 1, 0, 0, 74, 7, 3, 109, 105, 110, 0, 0, 0, 74, 7, 3, 109, 97, 120, 0, 0, 1, 1, 0, 0, 0, 64, 0, 0, 0, 18, 6, 0,
  3, 0, 1, 2, 0, 163, 7, 4, 102, 114, 111, 109, 0, 0, 0, 174, 7, 2, 116, 111, 0, 0, 0, 185, 7, 4, 119, 104, 101, 110, 0,
  0, 0, 12, 1, 9, 6, 4, 5, 0, 3, 2, 8, 7, 11, 10, 1, 196, 7, 6, 105, 115, 115, 117, 101, 114, 0, 0, 0, 205, 7, 9, 97,
  117, 100, 105, 101, 110, 99, 101, 115, 0, 0, 0, 216, 7, 7, 106, 119, 107, 115, 85, 114, 105, 0, 0, 0, 225, 7, 4, 106,
  119, 107, 115, 0, 0, 0, 234, 7, 11, 102, 114, 111, 109, 72, 101, 97, 100, 101, 114, 115, 0, 0, 0, 245, 7, 10, 102,
  114, 111, 109, 80, 97, 114, 97, 109, 115, 0, 0, 0, 245, 7, 11, 102, 114, 111, 109, 67, 111, 111, 107, 105, 101, 115,
  0, 0, 0, 0, 8, 21, 111, 117, 116, 112, 117, 116, 80, 97, 121, 108, 111, 97, 100, 84, 111, 72, 101, 97, 100, 101, 114,
  0, 0, 0, 9, 8, 20, 111, 117, 116, 112, 117, 116, 67, 108, 97, 105, 109, 84, 111, 72, 101, 97, 100, 101, 114, 115, 0,
  0, 0, 88, 4, 20, 102, 111, 114, 119, 97, 114, 100, 79, 114, 105, 103, 105, 110, 97, 108, 84, 111, 107, 101, 110, 5, 0,
  102, 97, 108, 115, 101, 0, 20, 8, 7, 116, 105, 109, 101, 111, 117, 116, 0, 0, 0, 245, 7, 20, 115, 112, 97, 99, 101,
  68, 101, 108, 105, 109, 105, 116, 101, 100, 67, 108, 97, 105, 109, 115, 0, 0, 5, 63, 97, 32, 110, 117, 109, 98, 101,
  114, 32, 102, 114, 111, 109, 32, 45, 57, 48, 48, 48, 48, 48, 48, 48, 48, 48, 32, 116, 111, 32, 57, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 32, 119, 105, 116, 104, 32, 97, 116, 32, 109, 111, 115, 116, 32, 51, 32, 100, 101, 99, 105, 109, 97,
  108, 115, 0, 112, 50, 134, 208, 247, 255, 255, 0, 144, 205, 121, 47, 8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0,
  16, 39, 0, 0, 29, 8, 1, 1, 0, 0, 0, 16, 39, 0, 0, 44, 8, 1, 0, 0, 0, 0, 16, 39, 0, 0, 62, 8, 3, 1, 0, 0, 0, 255, 255,
  0, 0, 1, 0, 0, 0, 0, 255, 255, 0, 0, 196, 7, 3, 1, 0, 0, 0, 0, 8, 0, 0, 3, 0, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0, 64,
  0, 0, 0, 103, 8, 1, 0, 0, 0, 0, 64, 0, 0, 0, 241, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 131, 8, 3,
  0, 0, 0, 0, 64, 0, 0, 0, 0, 1, 0, 1, 158, 8, 6, 115, 111, 117, 114, 99, 101, 0, 0, 0, 1, 0, 1, 195, 9, 9, 111, 112,
  101, 114, 97, 116, 105, 111, 110, 0, 0, 0, 3, 0, 2, 1, 1, 18, 6, 3, 107, 101, 121, 0, 0, 0, 53, 10, 6, 118, 97, 108,
  117, 101, 115, 0, 0, 0, 53, 10, 9, 110, 111, 116, 86, 97, 108, 117, 101, 115, 0, 0, 0, 2, 0, 1, 1, 241, 2, 4, 110, 97,
  109, 101, 0, 0, 0, 0, 8, 6, 112, 114, 101, 102, 105, 120, 2, 0, 34, 34, 0, 2, 1, 0, 1, 241, 2, 6, 104, 101, 97, 100,
  101, 114, 0, 0, 1, 241, 2, 5, 99, 108, 97, 105, 109, 0, 0, 0, 14, 10, 4, 11, 5, 1, 13, 3, 7, 9, 0, 12, 2, 6, 8, 0, 53,
  10, 10, 112, 114, 105, 110, 99, 105, 112, 97, 108, 115, 0, 0, 0, 53, 10, 13, 110, 111, 116, 80, 114, 105, 110, 99,
  105, 112, 97, 108, 115, 0, 0, 0, 53, 10, 17, 114, 101, 113, 117, 101, 115, 116, 80, 114, 105, 110, 99, 105, 112, 97,
  108, 115, 0, 0, 0, 53, 10, 20, 110, 111, 116, 82, 101, 113, 117, 101, 115, 116, 80, 114, 105, 110, 99, 105, 112, 97,
  108, 115, 0, 0, 0, 53, 10, 10, 110, 97, 109, 101, 115, 112, 97, 99, 101, 115, 0, 0, 0, 53, 10, 13, 110, 111, 116, 78,
  97, 109, 101, 115, 112, 97, 99, 101, 115, 0, 0, 0, 64, 10, 15, 115, 101, 114, 118, 105, 99, 101, 65, 99, 99, 111, 117,
  110, 116, 115, 0, 0, 0, 64, 10, 18, 110, 111, 116, 83, 101, 114, 118, 105, 99, 101, 65, 99, 99, 111, 117, 110, 116,
  115, 0, 0, 0, 53, 10, 12, 116, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 115, 0, 0, 0, 53, 10, 15, 110, 111,
  116, 84, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 115, 0, 0, 0, 75, 10, 8, 105, 112, 66, 108, 111, 99, 107,
  115, 0, 0, 0, 75, 10, 11, 110, 111, 116, 73, 112, 66, 108, 111, 99, 107, 115, 0, 0, 0, 75, 10, 14, 114, 101, 109, 111,
  116, 101, 73, 112, 66, 108, 111, 99, 107, 115, 0, 0, 0, 75, 10, 17, 110, 111, 116, 82, 101, 109, 111, 116, 101, 73,
  112, 66, 108, 111, 99, 107, 115, 0, 0, 0, 8, 0, 4, 1, 5, 7, 3, 6, 2, 0, 53, 10, 5, 104, 111, 115, 116, 115, 0, 0, 0,
  53, 10, 8, 110, 111, 116, 72, 111, 115, 116, 115, 0, 0, 0, 86, 10, 5, 112, 111, 114, 116, 115, 0, 0, 0, 86, 10, 8,
  110, 111, 116, 80, 111, 114, 116, 115, 0, 0, 0, 53, 10, 7, 109, 101, 116, 104, 111, 100, 115, 0, 0, 0, 53, 10, 10,
  110, 111, 116, 77, 101, 116, 104, 111, 100, 115, 0, 0, 0, 53, 10, 5, 112, 97, 116, 104, 115, 0, 0, 0, 53, 10, 8, 110,
  111, 116, 80, 97, 116, 104, 115, 0, 0, 1, 0, 0, 0, 0, 255, 255, 0, 0, 18, 6, 1, 0, 0, 0, 0, 16, 0, 0, 0, 97, 10, 1, 0,
  0, 0, 0, 255, 255, 0, 0, 232, 3, 1, 0, 0, 0, 0, 255, 255, 0, 0, 106, 10, 3, 1, 0, 0, 0, 64, 1, 0, 0, 3, 1, 0, 0, 0,
  32, 0, 0, 0,
]);
