// Made from schema.json by `npm run gen`: change that file, not this one.

/** Bytes of the longest configuration that is read. */
export const SIZE_LIMIT: i32 = 1048576;

// Slots of the configuration.
export const NAME: i32 = 0;
export const MODE: i32 = 1;
export const BINDING: i32 = 2;
export const FACTS: i32 = 3;
export const IDENTITY: i32 = 4;
export const ARMS: i32 = 5;
export const CLUSTERS: i32 = 6;
export const ROUTE: i32 = 7;
export const RULES: i32 = 8;

// Values of mode.
export const MODE_ENFORCE: i32 = 0;
export const MODE_SHADOW: i32 = 1;

// Values of binding.
export const BINDING_HEADER: i32 = 0;
export const BINDING_ARMS: i32 = 1;
export const BINDING_CLUSTER: i32 = 2;

// Values of facts.
export const FACTS_DOCUMENT: i32 = 0;
export const FACTS_PROPERTIES: i32 = 1;

// Slots of identity.
export const IDENTITY_FILTER_STATE: i32 = 0;

// Slots of arms.
export const ARMS_NAME: i32 = 0;
export const ARMS_CLUSTER: i32 = 1;
export const ARMS_WEIGHT: i32 = 2;
export const ARMS_FILTERS: i32 = 3;

// Slots of arms.filters.
export const ARMS_FILTERS_TYPE: i32 = 0;
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER: i32 = 1;
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER: i32 = 2;

// Values of arms.filters.type.
export const ARMS_FILTERS_TYPE_REQUEST_HEADER_MODIFIER: i32 = 0;
export const ARMS_FILTERS_TYPE_RESPONSE_HEADER_MODIFIER: i32 = 1;

// Slots of arms.filters.requestHeaderModifier.
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_SET: i32 = 0;
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_ADD: i32 = 1;
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_REMOVE: i32 = 2;

// Slots of arms.filters.requestHeaderModifier.set.
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_SET_NAME: i32 = 0;
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_SET_VALUE: i32 = 1;

// Slots of arms.filters.requestHeaderModifier.add.
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_ADD_NAME: i32 = 0;
export const ARMS_FILTERS_REQUEST_HEADER_MODIFIER_ADD_VALUE: i32 = 1;

// Slots of arms.filters.responseHeaderModifier.
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_SET: i32 = 0;
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_ADD: i32 = 1;
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_REMOVE: i32 = 2;

// Slots of arms.filters.responseHeaderModifier.set.
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_SET_NAME: i32 = 0;
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_SET_VALUE: i32 = 1;

// Slots of arms.filters.responseHeaderModifier.add.
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_ADD_NAME: i32 = 0;
export const ARMS_FILTERS_RESPONSE_HEADER_MODIFIER_ADD_VALUE: i32 = 1;

// Slots of route.
export const ROUTE_TIMEOUT: i32 = 0;
export const ROUTE_RETRY_ON: i32 = 1;
export const ROUTE_NUM_RETRIES: i32 = 2;
export const ROUTE_PER_TRY_TIMEOUT: i32 = 3;
export const ROUTE_HASH_HEADER: i32 = 4;

// Slots of rules.
export const RULES_NAME: i32 = 0;
export const RULES_HOSTNAMES: i32 = 1;
export const RULES_MATCHES: i32 = 2;
export const RULES_FILTERS: i32 = 3;
export const RULES_ARM: i32 = 4;
export const RULES_CLUSTER: i32 = 5;
export const RULES_KEY: i32 = 6;
export const RULES_SPLIT: i32 = 7;
export const RULES_TABLE: i32 = 8;

// Slots of rules.matches.
export const RULES_MATCHES_PATH: i32 = 0;
export const RULES_MATCHES_METHOD: i32 = 1;
export const RULES_MATCHES_GRPC: i32 = 2;
export const RULES_MATCHES_HEADERS: i32 = 3;
export const RULES_MATCHES_QUERY_PARAMS: i32 = 4;
export const RULES_MATCHES_CLAIMS: i32 = 5;
export const RULES_MATCHES_PEER: i32 = 6;

// Slots of rules.matches.path.
export const RULES_MATCHES_PATH_TYPE: i32 = 0;
export const RULES_MATCHES_PATH_VALUE: i32 = 1;

// Values of rules.matches.path.type.
export const RULES_MATCHES_PATH_TYPE_EXACT: i32 = 0;
export const RULES_MATCHES_PATH_TYPE_PATH_PREFIX: i32 = 1;
export const RULES_MATCHES_PATH_TYPE_REGULAR_EXPRESSION: i32 = 2;

// Values of rules.matches.method.
export const RULES_MATCHES_METHOD_GET: i32 = 0;
export const RULES_MATCHES_METHOD_HEAD: i32 = 1;
export const RULES_MATCHES_METHOD_POST: i32 = 2;
export const RULES_MATCHES_METHOD_PUT: i32 = 3;
export const RULES_MATCHES_METHOD_DELETE: i32 = 4;
export const RULES_MATCHES_METHOD_CONNECT: i32 = 5;
export const RULES_MATCHES_METHOD_OPTIONS: i32 = 6;
export const RULES_MATCHES_METHOD_TRACE: i32 = 7;
export const RULES_MATCHES_METHOD_PATCH: i32 = 8;

// Slots of rules.matches.grpc.
export const RULES_MATCHES_GRPC_TYPE: i32 = 0;
export const RULES_MATCHES_GRPC_SERVICE: i32 = 1;
export const RULES_MATCHES_GRPC_METHOD: i32 = 2;

// Values of rules.matches.grpc.type.
export const RULES_MATCHES_GRPC_TYPE_EXACT: i32 = 0;
export const RULES_MATCHES_GRPC_TYPE_REGULAR_EXPRESSION: i32 = 1;

// Slots of rules.matches.headers.
export const RULES_MATCHES_HEADERS_TYPE: i32 = 0;
export const RULES_MATCHES_HEADERS_NAME: i32 = 1;
export const RULES_MATCHES_HEADERS_VALUE: i32 = 2;

// Values of rules.matches.headers.type.
export const RULES_MATCHES_HEADERS_TYPE_EXACT: i32 = 0;
export const RULES_MATCHES_HEADERS_TYPE_ABSENT: i32 = 1;
export const RULES_MATCHES_HEADERS_TYPE_REGULAR_EXPRESSION: i32 = 2;

// Slots of rules.matches.queryParams.
export const RULES_MATCHES_QUERY_PARAMS_TYPE: i32 = 0;
export const RULES_MATCHES_QUERY_PARAMS_NAME: i32 = 1;
export const RULES_MATCHES_QUERY_PARAMS_VALUE: i32 = 2;

// Values of rules.matches.queryParams.type.
export const RULES_MATCHES_QUERY_PARAMS_TYPE_EXACT: i32 = 0;
export const RULES_MATCHES_QUERY_PARAMS_TYPE_REGULAR_EXPRESSION: i32 = 1;

// Slots of rules.matches.claims.
export const RULES_MATCHES_CLAIMS_CLAIM: i32 = 0;
export const RULES_MATCHES_CLAIMS_STRING: i32 = 1;
export const RULES_MATCHES_CLAIMS_NUMBER: i32 = 2;
export const RULES_MATCHES_CLAIMS_BOOLEAN: i32 = 3;

// Slots of rules.matches.peer.
export const RULES_MATCHES_PEER_TYPE: i32 = 0;
export const RULES_MATCHES_PEER_VALUE: i32 = 1;

// Values of rules.matches.peer.type.
export const RULES_MATCHES_PEER_TYPE_EXACT: i32 = 0;
export const RULES_MATCHES_PEER_TYPE_PREFIX: i32 = 1;

// Slots of rules.filters.
export const RULES_FILTERS_TYPE: i32 = 0;
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER: i32 = 1;
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER: i32 = 2;

// Values of rules.filters.type.
export const RULES_FILTERS_TYPE_REQUEST_HEADER_MODIFIER: i32 = 0;
export const RULES_FILTERS_TYPE_RESPONSE_HEADER_MODIFIER: i32 = 1;

// Slots of rules.filters.requestHeaderModifier.
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET: i32 = 0;
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_ADD: i32 = 1;
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_REMOVE: i32 = 2;

// Slots of rules.filters.requestHeaderModifier.set.
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_NAME: i32 = 0;
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_SET_VALUE: i32 = 1;

// Slots of rules.filters.requestHeaderModifier.add.
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_ADD_NAME: i32 = 0;
export const RULES_FILTERS_REQUEST_HEADER_MODIFIER_ADD_VALUE: i32 = 1;

// Slots of rules.filters.responseHeaderModifier.
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_SET: i32 = 0;
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_ADD: i32 = 1;
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_REMOVE: i32 = 2;

// Slots of rules.filters.responseHeaderModifier.set.
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_SET_NAME: i32 = 0;
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_SET_VALUE: i32 = 1;

// Slots of rules.filters.responseHeaderModifier.add.
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_ADD_NAME: i32 = 0;
export const RULES_FILTERS_RESPONSE_HEADER_MODIFIER_ADD_VALUE: i32 = 1;

// Slots of rules.key.
export const RULES_KEY_CLAIM: i32 = 0;
export const RULES_KEY_COOKIE: i32 = 1;
export const RULES_KEY_HEADER: i32 = 2;
export const RULES_KEY_QUERY: i32 = 3;
export const RULES_KEY_BAGGAGE: i32 = 4;
export const RULES_KEY_PEER: i32 = 5;
export const RULES_KEY_GENERATE: i32 = 6;
export const RULES_KEY_TRUST: i32 = 7;

// Slots of rules.key.generate.
export const RULES_KEY_GENERATE_COOKIE: i32 = 0;
export const RULES_KEY_GENERATE_MAX_AGE: i32 = 1;
export const RULES_KEY_GENERATE_SAME_SITE: i32 = 2;

// Values of rules.key.generate.sameSite.
export const RULES_KEY_GENERATE_SAME_SITE_LAX: i32 = 0;
export const RULES_KEY_GENERATE_SAME_SITE_STRICT: i32 = 1;
export const RULES_KEY_GENERATE_SAME_SITE_NONE: i32 = 2;

// Slots of rules.key.trust.
export const RULES_KEY_TRUST_PEERS: i32 = 0;
export const RULES_KEY_TRUST_PORTS: i32 = 1;

// Slots of rules.key.trust.peers.
export const RULES_KEY_TRUST_PEERS_TYPE: i32 = 0;
export const RULES_KEY_TRUST_PEERS_VALUE: i32 = 1;

// Values of rules.key.trust.peers.type.
export const RULES_KEY_TRUST_PEERS_TYPE_EXACT: i32 = 0;
export const RULES_KEY_TRUST_PEERS_TYPE_PREFIX: i32 = 1;

// Slots of rules.split.
export const RULES_SPLIT_ALGORITHM: i32 = 0;
export const RULES_SPLIT_SALT: i32 = 1;
export const RULES_SPLIT_DEFAULT: i32 = 2;
export const RULES_SPLIT_ARMS: i32 = 3;
export const RULES_SPLIT_FORCE: i32 = 4;

// Values of rules.split.algorithm.
export const RULES_SPLIT_ALGORITHM_POINTDUTY: i32 = 0;
export const RULES_SPLIT_ALGORITHM_ENVOY: i32 = 1;

// Slots of rules.split.arms.
export const RULES_SPLIT_ARMS_ARM: i32 = 0;
export const RULES_SPLIT_ARMS_PERCENT: i32 = 1;
export const RULES_SPLIT_ARMS_MAX: i32 = 2;
export const RULES_SPLIT_ARMS_WEIGHT: i32 = 3;
export const RULES_SPLIT_ARMS_GUARD: i32 = 4;

// Slots of rules.split.arms.guard.
export const RULES_SPLIT_ARMS_GUARD_WINDOW: i32 = 0;
export const RULES_SPLIT_ARMS_GUARD_MIN_REQUESTS: i32 = 1;
export const RULES_SPLIT_ARMS_GUARD_MAX_ERROR_PERCENT: i32 = 2;
export const RULES_SPLIT_ARMS_GUARD_REOPEN_AFTER: i32 = 3;

// Slots of rules.split.force.
export const RULES_SPLIT_FORCE_ARM: i32 = 0;
export const RULES_SPLIT_FORCE_KEYS: i32 = 1;

// Slots of rules.table.
export const RULES_TABLE_ENTRIES: i32 = 0;
export const RULES_TABLE_DEFAULT: i32 = 1;

/** What the checker walks; laid out as assembly/config/table.ts says. */
export const TABLE: usize = memory.data<u8>([
  0, 9, 115, 128, 4, 110, 97, 109, 101, 0, 116, 0, 4, 109, 111, 100, 101, 9, 34, 101, 110, 102, 111, 114, 99, 101, 34,
  135, 0, 7, 98, 105, 110, 100, 105, 110, 103, 8, 34, 104, 101, 97, 100, 101, 114, 34, 160, 0, 5, 102, 97, 99, 116, 115,
  10, 34, 100, 111, 99, 117, 109, 101, 110, 116, 34, 184, 0, 8, 105, 100, 101, 110, 116, 105, 116, 121, 0, 201, 128, 4,
  97, 114, 109, 115, 0, 207, 0, 8, 99, 108, 117, 115, 116, 101, 114, 115, 0, 213, 0, 5, 114, 111, 117, 116, 101, 0, 26,
  129, 5, 114, 117, 108, 101, 115, 0, 7, 4, 2, 1, 7, 101, 110, 102, 111, 114, 99, 101, 1, 6, 115, 104, 97, 100, 111,
  119, 4, 3, 1, 6, 104, 101, 97, 100, 101, 114, 1, 4, 97, 114, 109, 115, 1, 7, 99, 108, 117, 115, 116, 101, 114, 4, 2,
  1, 8, 100, 111, 99, 117, 109, 101, 110, 116, 1, 10, 112, 114, 111, 112, 101, 114, 116, 105, 101, 115, 0, 1, 32, 129,
  11, 102, 105, 108, 116, 101, 114, 83, 116, 97, 116, 101, 0, 1, 2, 208, 15, 36, 1, 1, 0, 208, 15, 78, 1, 0, 5, 82, 1,
  7, 116, 105, 109, 101, 111, 117, 116, 0, 32, 1, 7, 114, 101, 116, 114, 121, 79, 110, 0, 91, 1, 10, 110, 117, 109, 82,
  101, 116, 114, 105, 101, 115, 0, 82, 1, 13, 112, 101, 114, 84, 114, 121, 84, 105, 109, 101, 111, 117, 116, 0, 32, 1,
  10, 104, 97, 115, 104, 72, 101, 97, 100, 101, 114, 0, 1, 0, 160, 31, 100, 1, 3, 2, 128, 4, 0, 4, 115, 128, 4, 110, 97,
  109, 101, 0, 78, 1, 7, 99, 108, 117, 115, 116, 101, 114, 0, 188, 1, 6, 119, 101, 105, 103, 104, 116, 0, 199, 1, 7,
  102, 105, 108, 116, 101, 114, 115, 0, 3, 2, 128, 8, 6, 3, 49, 109, 115, 3, 50, 52, 104, 5, 208, 15, 192, 154, 12, 208,
  15, 0, 0, 9, 115, 128, 4, 110, 97, 109, 101, 0, 204, 1, 9, 104, 111, 115, 116, 110, 97, 109, 101, 115, 0, 209, 1, 7,
  109, 97, 116, 99, 104, 101, 115, 0, 199, 1, 7, 102, 105, 108, 116, 101, 114, 115, 0, 215, 1, 3, 97, 114, 109, 0, 78,
  1, 7, 99, 108, 117, 115, 116, 101, 114, 0, 218, 1, 3, 107, 101, 121, 0, 223, 1, 5, 115, 112, 108, 105, 116, 0, 29, 2,
  5, 116, 97, 98, 108, 101, 0, 5, 208, 15, 128, 168, 214, 185, 7, 208, 15, 0, 1, 0, 8, 53, 2, 1, 0, 32, 114, 2, 1, 0,
  128, 1, 118, 2, 3, 2, 126, 1, 0, 16, 192, 2, 0, 5, 16, 3, 9, 97, 108, 103, 111, 114, 105, 116, 104, 109, 11, 34, 112,
  111, 105, 110, 116, 100, 117, 116, 121, 34, 32, 1, 4, 115, 97, 108, 116, 0, 215, 1, 7, 100, 101, 102, 97, 117, 108,
  116, 0, 36, 131, 4, 97, 114, 109, 115, 0, 41, 3, 5, 102, 111, 114, 99, 101, 0, 0, 2, 46, 131, 7, 101, 110, 116, 114,
  105, 101, 115, 0, 78, 1, 7, 100, 101, 102, 97, 117, 108, 116, 0, 0, 3, 53, 131, 4, 116, 121, 112, 101, 0, 102, 3, 21,
  114, 101, 113, 117, 101, 115, 116, 72, 101, 97, 100, 101, 114, 77, 111, 100, 105, 102, 105, 101, 114, 0, 102, 3, 22,
  114, 101, 115, 112, 111, 110, 115, 101, 72, 101, 97, 100, 101, 114, 77, 111, 100, 105, 102, 105, 101, 114, 0, 3, 2,
  250, 3, 0, 7, 128, 3, 4, 112, 97, 116, 104, 2, 123, 125, 162, 3, 6, 109, 101, 116, 104, 111, 100, 0, 226, 3, 4, 103,
  114, 112, 99, 0, 1, 4, 7, 104, 101, 97, 100, 101, 114, 115, 0, 6, 4, 11, 113, 117, 101, 114, 121, 80, 97, 114, 97,
  109, 115, 0, 11, 4, 6, 99, 108, 97, 105, 109, 115, 0, 16, 4, 4, 112, 101, 101, 114, 0, 0, 8, 32, 1, 5, 99, 108, 97,
  105, 109, 0, 32, 1, 6, 99, 111, 111, 107, 105, 101, 0, 32, 1, 6, 104, 101, 97, 100, 101, 114, 0, 32, 1, 5, 113, 117,
  101, 114, 121, 0, 32, 1, 7, 98, 97, 103, 103, 97, 103, 101, 0, 42, 4, 4, 112, 101, 101, 114, 0, 43, 4, 8, 103, 101,
  110, 101, 114, 97, 116, 101, 0, 88, 4, 5, 116, 114, 117, 115, 116, 0, 4, 2, 1, 9, 112, 111, 105, 110, 116, 100, 117,
  116, 121, 1, 5, 101, 110, 118, 111, 121, 1, 2, 32, 108, 4, 1, 0, 34, 154, 4, 2, 2, 160, 156, 1, 78, 1, 4, 2, 1, 21,
  82, 101, 113, 117, 101, 115, 116, 72, 101, 97, 100, 101, 114, 77, 111, 100, 105, 102, 105, 101, 114, 1, 22, 82, 101,
  115, 112, 111, 110, 115, 101, 72, 101, 97, 100, 101, 114, 77, 111, 100, 105, 102, 105, 101, 114, 0, 3, 171, 4, 3, 115,
  101, 116, 0, 171, 4, 3, 97, 100, 100, 0, 176, 4, 6, 114, 101, 109, 111, 118, 101, 0, 0, 2, 181, 4, 4, 116, 121, 112,
  101, 12, 34, 80, 97, 116, 104, 80, 114, 101, 102, 105, 120, 34, 221, 4, 5, 118, 97, 108, 117, 101, 3, 34, 47, 34, 4,
  9, 1, 3, 71, 69, 84, 1, 4, 72, 69, 65, 68, 1, 4, 80, 79, 83, 84, 1, 3, 80, 85, 84, 1, 6, 68, 69, 76, 69, 84, 69, 1, 7,
  67, 79, 78, 78, 69, 67, 84, 1, 7, 79, 80, 84, 73, 79, 78, 83, 1, 5, 84, 82, 65, 67, 69, 1, 5, 80, 65, 84, 67, 72, 0,
  3, 225, 4, 4, 116, 121, 112, 101, 0, 221, 4, 7, 115, 101, 114, 118, 105, 99, 101, 0, 221, 4, 6, 109, 101, 116, 104,
  111, 100, 0, 1, 0, 32, 253, 4, 1, 0, 32, 31, 5, 1, 0, 32, 65, 5, 0, 2, 107, 5, 4, 116, 121, 112, 101, 7, 34, 69, 120,
  97, 99, 116, 34, 124, 133, 5, 118, 97, 108, 117, 101, 0, 8, 0, 3, 32, 129, 6, 99, 111, 111, 107, 105, 101, 0, 128, 5,
  6, 109, 97, 120, 65, 103, 101, 6, 34, 55, 50, 48, 104, 34, 138, 5, 8, 115, 97, 109, 101, 83, 105, 116, 101, 5, 34, 76,
  97, 120, 34, 0, 2, 159, 5, 5, 112, 101, 101, 114, 115, 0, 164, 5, 5, 112, 111, 114, 116, 115, 0, 0, 5, 215, 129, 3,
  97, 114, 109, 0, 169, 5, 7, 112, 101, 114, 99, 101, 110, 116, 0, 200, 5, 3, 109, 97, 120, 0, 231, 5, 6, 119, 101, 105,
  103, 104, 116, 0, 241, 5, 5, 103, 117, 97, 114, 100, 0, 0, 2, 215, 129, 3, 97, 114, 109, 0, 58, 134, 4, 107, 101, 121,
  115, 0, 1, 0, 32, 65, 6, 1, 0, 32, 32, 1, 4, 3, 1, 5, 69, 120, 97, 99, 116, 1, 10, 80, 97, 116, 104, 80, 114, 101,
  102, 105, 120, 1, 17, 82, 101, 103, 117, 108, 97, 114, 69, 120, 112, 114, 101, 115, 115, 105, 111, 110, 3, 2, 128, 16,
  4, 2, 1, 5, 69, 120, 97, 99, 116, 1, 17, 82, 101, 103, 117, 108, 97, 114, 69, 120, 112, 114, 101, 115, 115, 105, 111,
  110, 0, 3, 84, 6, 4, 116, 121, 112, 101, 7, 34, 69, 120, 97, 99, 116, 34, 32, 129, 4, 110, 97, 109, 101, 0, 120, 6, 5,
  118, 97, 108, 117, 101, 0, 0, 3, 225, 4, 4, 116, 121, 112, 101, 7, 34, 69, 120, 97, 99, 116, 34, 32, 129, 4, 110, 97,
  109, 101, 0, 124, 134, 5, 118, 97, 108, 117, 101, 0, 0, 4, 32, 129, 5, 99, 108, 97, 105, 109, 0, 124, 6, 6, 115, 116,
  114, 105, 110, 103, 0, 128, 6, 6, 110, 117, 109, 98, 101, 114, 0, 42, 4, 7, 98, 111, 111, 108, 101, 97, 110, 0, 4, 2,
  1, 5, 69, 120, 97, 99, 116, 1, 6, 80, 114, 101, 102, 105, 120, 3, 2, 128, 32, 6, 2, 49, 115, 5, 56, 55, 54, 48, 104,
  4, 3, 1, 3, 76, 97, 120, 1, 6, 83, 116, 114, 105, 99, 116, 1, 4, 78, 111, 110, 101, 1, 0, 32, 16, 4, 1, 0, 32, 171, 6,
  5, 0, 192, 154, 12, 20, 24, 32, 119, 105, 116, 104, 32, 97, 116, 32, 109, 111, 115, 116, 32, 50, 32, 100, 101, 99,
  105, 109, 97, 108, 115, 5, 20, 192, 154, 12, 20, 24, 32, 119, 105, 116, 104, 32, 97, 116, 32, 109, 111, 115, 116, 32,
  50, 32, 100, 101, 99, 105, 109, 97, 108, 115, 5, 0, 128, 168, 214, 185, 7, 208, 15, 0, 0, 4, 181, 6, 6, 119, 105, 110,
  100, 111, 119, 5, 34, 51, 48, 115, 34, 190, 6, 11, 109, 105, 110, 82, 101, 113, 117, 101, 115, 116, 115, 2, 50, 48,
  200, 134, 15, 109, 97, 120, 69, 114, 114, 111, 114, 80, 101, 114, 99, 101, 110, 116, 0, 232, 6, 11, 114, 101, 111,
  112, 101, 110, 65, 102, 116, 101, 114, 5, 34, 54, 48, 115, 34, 1, 2, 160, 156, 1, 221, 4, 0, 2, 32, 129, 4, 110, 97,
  109, 101, 0, 120, 134, 5, 118, 97, 108, 117, 101, 0, 4, 3, 1, 5, 69, 120, 97, 99, 116, 1, 6, 65, 98, 115, 101, 110,
  116, 1, 17, 82, 101, 103, 117, 108, 97, 114, 69, 120, 112, 114, 101, 115, 115, 105, 111, 110, 3, 0, 128, 64, 3, 0,
  128, 16, 5, 191, 240, 255, 255, 255, 255, 255, 31, 192, 240, 255, 255, 255, 255, 255, 31, 2, 24, 32, 119, 105, 116,
  104, 32, 97, 116, 32, 109, 111, 115, 116, 32, 51, 32, 100, 101, 99, 105, 109, 97, 108, 115, 5, 208, 15, 176, 240, 191,
  62, 208, 15, 0, 6, 2, 49, 115, 4, 54, 48, 48, 115, 5, 208, 15, 128, 132, 175, 95, 208, 15, 0, 5, 200, 1, 240, 138, 12,
  200, 1, 23, 32, 119, 105, 116, 104, 32, 97, 116, 32, 109, 111, 115, 116, 32, 49, 32, 100, 101, 99, 105, 109, 97, 108,
  6, 2, 49, 115, 3, 50, 52, 104,
]);
