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
  0, 12, 189, 128, 4, 110, 97, 109, 101, 0, 190, 0, 7, 112, 114, 111, 102, 105, 108, 101, 8, 34, 115, 116, 114, 105, 99,
  116, 34, 208, 0, 4, 109, 111, 100, 101, 9, 34, 101, 110, 102, 111, 114, 99, 101, 34, 227, 0, 5, 102, 97, 99, 116, 115,
  10, 34, 100, 111, 99, 117, 109, 101, 110, 116, 34, 251, 0, 8, 105, 100, 101, 110, 116, 105, 116, 121, 0, 12, 1, 5,
  116, 111, 107, 101, 110, 6, 34, 102, 117, 108, 108, 34, 32, 1, 8, 119, 111, 114, 107, 108, 111, 97, 100, 2, 123, 125,
  180, 129, 8, 112, 111, 108, 105, 99, 105, 101, 115, 0, 187, 1, 22, 114, 101, 113, 117, 101, 115, 116, 65, 117, 116,
  104, 101, 110, 116, 105, 99, 97, 116, 105, 111, 110, 115, 2, 91, 93, 193, 1, 10, 116, 111, 107, 101, 110, 84, 121,
  112, 101, 115, 2, 91, 93, 198, 1, 11, 101, 120, 101, 109, 112, 116, 80, 97, 116, 104, 115, 2, 91, 93, 204, 1, 4, 100,
  101, 110, 121, 2, 123, 125, 7, 4, 2, 1, 6, 115, 116, 114, 105, 99, 116, 1, 6, 99, 111, 109, 112, 97, 116, 4, 2, 1, 7,
  101, 110, 102, 111, 114, 99, 101, 1, 6, 115, 104, 97, 100, 111, 119, 4, 2, 1, 8, 100, 111, 99, 117, 109, 101, 110,
  116, 1, 10, 112, 114, 111, 112, 101, 114, 116, 105, 101, 115, 0, 1, 5, 130, 11, 102, 105, 108, 116, 101, 114, 83, 116,
  97, 116, 101, 0, 4, 2, 1, 4, 102, 117, 108, 108, 1, 10, 99, 108, 97, 105, 109, 115, 79, 110, 108, 121, 0, 6, 9, 2, 9,
  110, 97, 109, 101, 115, 112, 97, 99, 101, 9, 34, 100, 101, 102, 97, 117, 108, 116, 34, 12, 2, 6, 108, 97, 98, 101,
  108, 115, 2, 123, 125, 18, 2, 11, 116, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 15, 34, 99, 108, 117, 115, 116,
  101, 114, 46, 108, 111, 99, 97, 108, 34, 22, 2, 18, 116, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 65, 108, 105,
  97, 115, 101, 115, 2, 91, 93, 9, 2, 13, 114, 111, 111, 116, 78, 97, 109, 101, 115, 112, 97, 99, 101, 14, 34, 105, 115,
  116, 105, 111, 45, 115, 121, 115, 116, 101, 109, 34, 28, 2, 17, 112, 97, 116, 104, 78, 111, 114, 109, 97, 108, 105,
  122, 97, 116, 105, 111, 110, 6, 34, 66, 65, 83, 69, 34, 1, 0, 160, 156, 1, 83, 2, 1, 0, 208, 15, 139, 2, 1, 0, 32,
  170, 2, 1, 0, 128, 1, 174, 2, 0, 3, 178, 2, 6, 115, 116, 97, 116, 117, 115, 3, 52, 48, 51, 188, 2, 4, 98, 111, 100,
  121, 21, 34, 82, 66, 65, 67, 58, 32, 97, 99, 99, 101, 115, 115, 32, 100, 101, 110, 105, 101, 100, 34, 192, 2, 7, 104,
  101, 97, 100, 101, 114, 115, 2, 91, 93, 3, 2, 128, 4, 3, 2, 126, 2, 0, 128, 4, 197, 2, 3, 2, 254, 3, 1, 0, 128, 1, 18,
  2, 4, 4, 1, 4, 78, 79, 78, 69, 1, 4, 66, 65, 83, 69, 1, 13, 77, 69, 82, 71, 69, 95, 83, 76, 65, 83, 72, 69, 83, 1, 24,
  68, 69, 67, 79, 68, 69, 95, 65, 78, 68, 95, 77, 69, 82, 71, 69, 95, 83, 76, 65, 83, 72, 69, 83, 0, 5, 9, 130, 9, 110,
  97, 109, 101, 115, 112, 97, 99, 101, 0, 201, 130, 4, 110, 97, 109, 101, 0, 205, 2, 6, 100, 114, 121, 82, 117, 110, 5,
  102, 97, 108, 115, 101, 206, 2, 6, 99, 108, 97, 105, 109, 115, 0, 211, 130, 4, 115, 112, 101, 99, 0, 0, 3, 9, 130, 9,
  110, 97, 109, 101, 115, 112, 97, 99, 101, 0, 201, 130, 4, 110, 97, 109, 101, 0, 34, 131, 4, 115, 112, 101, 99, 0, 3,
  2, 128, 1, 3, 2, 128, 16, 5, 192, 207, 36, 176, 143, 73, 208, 15, 0, 3, 0, 128, 64, 1, 0, 32, 87, 3, 3, 0, 250, 3, 3,
  2, 250, 3, 8, 1, 0, 32, 106, 3, 0, 6, 154, 3, 8, 115, 101, 108, 101, 99, 116, 111, 114, 0, 171, 3, 9, 116, 97, 114,
  103, 101, 116, 82, 101, 102, 0, 200, 3, 10, 116, 97, 114, 103, 101, 116, 82, 101, 102, 115, 0, 205, 3, 6, 97, 99, 116,
  105, 111, 110, 7, 34, 65, 76, 76, 79, 87, 34, 235, 3, 8, 112, 114, 111, 118, 105, 100, 101, 114, 0, 245, 3, 5, 114,
  117, 108, 101, 115, 0, 0, 4, 154, 3, 8, 115, 101, 108, 101, 99, 116, 111, 114, 0, 171, 3, 9, 116, 97, 114, 103, 101,
  116, 82, 101, 102, 0, 200, 3, 10, 116, 97, 114, 103, 101, 116, 82, 101, 102, 115, 0, 252, 3, 8, 106, 119, 116, 82,
  117, 108, 101, 115, 0, 0, 2, 5, 130, 4, 110, 97, 109, 101, 0, 188, 130, 5, 118, 97, 108, 117, 101, 0, 0, 5, 2, 132, 3,
  107, 101, 121, 0, 8, 4, 6, 110, 117, 109, 98, 101, 114, 0, 205, 2, 7, 98, 111, 111, 108, 101, 97, 110, 0, 24, 4, 6,
  104, 97, 115, 65, 108, 108, 0, 2, 4, 4, 112, 97, 116, 104, 0, 0, 1, 12, 2, 11, 109, 97, 116, 99, 104, 76, 97, 98, 101,
  108, 115, 0, 0, 3, 197, 2, 5, 103, 114, 111, 117, 112, 2, 34, 34, 9, 130, 4, 107, 105, 110, 100, 0, 201, 130, 4, 110,
  97, 109, 101, 0, 1, 0, 32, 171, 3, 4, 4, 1, 5, 65, 76, 76, 79, 87, 1, 4, 68, 69, 78, 89, 1, 5, 65, 85, 68, 73, 84, 1,
  6, 67, 85, 83, 84, 79, 77, 0, 1, 197, 2, 4, 110, 97, 109, 101, 0, 1, 0, 160, 156, 1, 30, 4, 1, 0, 128, 64, 54, 4, 3,
  2, 128, 128, 128, 1, 0, 2, 255, 4, 3, 109, 105, 110, 0, 255, 4, 3, 109, 97, 120, 0, 1, 2, 128, 1, 2, 4, 0, 3, 40, 5,
  4, 102, 114, 111, 109, 0, 47, 5, 2, 116, 111, 0, 54, 5, 4, 119, 104, 101, 110, 0, 0, 12, 61, 133, 6, 105, 115, 115,
  117, 101, 114, 0, 66, 5, 9, 97, 117, 100, 105, 101, 110, 99, 101, 115, 0, 73, 5, 7, 106, 119, 107, 115, 85, 114, 105,
  0, 77, 5, 4, 106, 119, 107, 115, 0, 83, 5, 11, 102, 114, 111, 109, 72, 101, 97, 100, 101, 114, 115, 0, 89, 5, 10, 102,
  114, 111, 109, 80, 97, 114, 97, 109, 115, 0, 89, 5, 11, 102, 114, 111, 109, 67, 111, 111, 107, 105, 101, 115, 0, 95,
  5, 21, 111, 117, 116, 112, 117, 116, 80, 97, 121, 108, 111, 97, 100, 84, 111, 72, 101, 97, 100, 101, 114, 0, 99, 5,
  20, 111, 117, 116, 112, 117, 116, 67, 108, 97, 105, 109, 84, 111, 72, 101, 97, 100, 101, 114, 115, 0, 205, 2, 20, 102,
  111, 114, 119, 97, 114, 100, 79, 114, 105, 103, 105, 110, 97, 108, 84, 111, 107, 101, 110, 5, 102, 97, 108, 115, 101,
  105, 5, 7, 116, 105, 109, 101, 111, 117, 116, 0, 89, 5, 20, 115, 112, 97, 99, 101, 68, 101, 108, 105, 109, 105, 116,
  101, 100, 67, 108, 97, 105, 109, 115, 0, 5, 255, 191, 236, 156, 239, 139, 4, 128, 192, 236, 156, 239, 139, 4, 2, 24,
  32, 119, 105, 116, 104, 32, 97, 116, 32, 109, 111, 115, 116, 32, 51, 32, 100, 101, 99, 105, 109, 97, 108, 115, 1, 2,
  160, 156, 1, 109, 5, 1, 2, 160, 156, 1, 121, 5, 1, 0, 160, 156, 1, 136, 5, 3, 2, 254, 255, 7, 1, 0, 254, 255, 7, 61,
  5, 3, 2, 128, 32, 3, 0, 128, 128, 128, 1, 1, 0, 128, 1, 168, 5, 1, 0, 128, 1, 5, 2, 3, 0, 128, 4, 1, 0, 128, 4, 190,
  5, 3, 0, 128, 1, 0, 1, 211, 133, 6, 115, 111, 117, 114, 99, 101, 0, 0, 1, 206, 134, 9, 111, 112, 101, 114, 97, 116,
  105, 111, 110, 0, 0, 3, 2, 132, 3, 107, 101, 121, 0, 40, 7, 6, 118, 97, 108, 117, 101, 115, 0, 40, 7, 9, 110, 111,
  116, 86, 97, 108, 117, 101, 115, 0, 0, 2, 5, 130, 4, 110, 97, 109, 101, 0, 95, 5, 6, 112, 114, 101, 102, 105, 120, 2,
  34, 34, 0, 2, 5, 130, 6, 104, 101, 97, 100, 101, 114, 0, 5, 130, 5, 99, 108, 97, 105, 109, 0, 0, 14, 40, 7, 10, 112,
  114, 105, 110, 99, 105, 112, 97, 108, 115, 0, 40, 7, 13, 110, 111, 116, 80, 114, 105, 110, 99, 105, 112, 97, 108, 115,
  0, 40, 7, 17, 114, 101, 113, 117, 101, 115, 116, 80, 114, 105, 110, 99, 105, 112, 97, 108, 115, 0, 40, 7, 20, 110,
  111, 116, 82, 101, 113, 117, 101, 115, 116, 80, 114, 105, 110, 99, 105, 112, 97, 108, 115, 0, 40, 7, 10, 110, 97, 109,
  101, 115, 112, 97, 99, 101, 115, 0, 40, 7, 13, 110, 111, 116, 78, 97, 109, 101, 115, 112, 97, 99, 101, 115, 0, 47, 7,
  15, 115, 101, 114, 118, 105, 99, 101, 65, 99, 99, 111, 117, 110, 116, 115, 0, 47, 7, 18, 110, 111, 116, 83, 101, 114,
  118, 105, 99, 101, 65, 99, 99, 111, 117, 110, 116, 115, 0, 40, 7, 12, 116, 114, 117, 115, 116, 68, 111, 109, 97, 105,
  110, 115, 0, 40, 7, 15, 110, 111, 116, 84, 114, 117, 115, 116, 68, 111, 109, 97, 105, 110, 115, 0, 52, 7, 8, 105, 112,
  66, 108, 111, 99, 107, 115, 0, 52, 7, 11, 110, 111, 116, 73, 112, 66, 108, 111, 99, 107, 115, 0, 52, 7, 14, 114, 101,
  109, 111, 116, 101, 73, 112, 66, 108, 111, 99, 107, 115, 0, 52, 7, 17, 110, 111, 116, 82, 101, 109, 111, 116, 101, 73,
  112, 66, 108, 111, 99, 107, 115, 0, 0, 8, 40, 7, 5, 104, 111, 115, 116, 115, 0, 40, 7, 8, 110, 111, 116, 72, 111, 115,
  116, 115, 0, 59, 7, 5, 112, 111, 114, 116, 115, 0, 59, 7, 8, 110, 111, 116, 80, 111, 114, 116, 115, 0, 40, 7, 7, 109,
  101, 116, 104, 111, 100, 115, 0, 40, 7, 10, 110, 111, 116, 77, 101, 116, 104, 111, 100, 115, 0, 40, 7, 5, 112, 97,
  116, 104, 115, 0, 40, 7, 8, 110, 111, 116, 80, 97, 116, 104, 115, 0, 1, 0, 254, 255, 7, 2, 4, 1, 0, 32, 66, 7, 1, 0,
  254, 255, 7, 170, 2, 1, 0, 254, 255, 7, 70, 7, 3, 2, 128, 5, 3, 2, 64,
]);
